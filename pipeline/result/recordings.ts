/** Episodes of the tasks under the policies of a run, to look at. */

import { Effect } from "effect"
import { actProgram, environmentRunner, playOf } from "../../algorithms/internal.ts"
import type { Acting } from "../../algorithms/mod.ts"
import { evaluate } from "../../core/program/mod.ts"
import { child, type Key, stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { RunStore, rowsOf } from "../../core/service/run_store.ts"
import { type Dynamics, limitOf, type Task } from "../../envs/mod.ts"
import type { Setting } from "../jobs/training.ts"
import { picturesOf, playedOf, sizeOf } from "./played.ts"
import type { Recording } from "./recording.ts"

/** Longer episodes are played up to here: of what draws itself, and of bodies in space. */
const STEPS = 200
const PLAYED = 1000
/** Pictures of an episode beside one another, the first and the last state among them. */
const FRAMES = 4
/**
 * Bytes, not compressed, from which on no policy is shown on tasks that are not its own. Those of ten cart-poles under three
 * policies are some 2 MB, and 30 times less when compressed.
 */
const ROOM = 6e6

/** An episode to be recorded. */
export interface EpisodeAsked {
  /** Index of the task. */
  readonly task: number
  /** Whose it is. */
  readonly policy: string
  readonly at: Acting
  /** Whether it is the policy that the run gives this task. */
  readonly own: boolean
}

/** The policies of a run. */
export interface PoliciesOfRun {
  /** Of each task, what the run gives it. */
  readonly own: readonly (Acting | undefined)[]
  /** Group of each task, and the policy of each group. */
  readonly labels: readonly number[]
  readonly groups: readonly (Acting | undefined)[]
  /** θ★. */
  readonly start: Acting
}

/** Every task under its own policy first, then under θ★, then under the policies of other groups. */
export const episodesAsked = ({ own, labels, groups, start }: PoliciesOfRun): readonly EpisodeAsked[] => {
  const tasks = labels.map((_, task) => task)
  const given = tasks.flatMap((task) => {
    const at = own[task]
    return at === undefined ? [] : [{ task, policy: `group ${labels[task]! + 1}`, at, own: true }]
  })
  if (given.length === 0) return []
  const others = groups.flatMap((at, g) =>
    at === undefined
      ? []
      : tasks.flatMap((task) => (labels[task] === g ? [] : [{ task, policy: `group ${g + 1}`, at, own: false }]))
  )
  return [...given, ...tasks.map((task) => ({ task, policy: "θ★", at: start, own: false })), ...others]
}

/**
 * Recordings of these episodes with the most probable actions, a task's all from the same first state; of policies on tasks of
 * others as many as there is room for. None where the environment cannot draw.
 *
 * Programs are evaluated here in float64, so that pictures need no session and are the same on all.
 */
export const recordingsOf = Effect.fn("policygradex.recordings")(function* (
  setting: Pick<Setting<unknown>, "environment" | "policy">,
  tasks: readonly Task[],
  asked: readonly EpisodeAsked[],
  key: Key
) {
  const recordings: Recording[] = []
  const { environment } = setting
  if (environment.open !== undefined) return recordings
  let room = ROOM
  for (const { task, policy, at, own } of asked) {
    if (!own && room <= 0) break
    const dynamics = yield* fromEither(environment.make(tasks[task]!.params))
    const { render, scene } = dynamics
    if (render === undefined) return []
    const { states, total, ended } = yield* episode(setting, { task: tasks[task]!, dynamics, at }, key)
    const last = states.length - 1
    const shown = own ? Array.from({ length: FRAMES }, (_, f) => Math.round((f * last) / (FRAMES - 1))) : []
    const frames = [...new Set(shown)].map((step) => ({ step, picture: render(states[step]!, 0) }))
    const whole =
      scene === undefined
        ? { pictures: picturesOf(render, states, environment.secondsPerStep) }
        : { ...(own ? { states } : {}), played: playedOf(scene, states, environment.secondsPerStep) }
    recordings.push({ task, policy, own, frames, steps: last, total, ended, ...whole })
    room -= sizeOf(whole)
    yield* Effect.yieldNow
  }
  return recordings
})

interface Played {
  readonly task: Task
  readonly dynamics: Dynamics
  readonly at: Acting
}

/** Plays it: all states, the first among them. */
const episode = Effect.fnUntraced(function* (
  { environment, policy }: Pick<Setting<unknown>, "environment" | "policy">,
  { task, dynamics, at }: Played,
  key: Key
) {
  const act = yield* actProgram(policy, 1)
  const play = playOf(policy, environment.action)
  const x = yield* Effect.scoped(
    environmentRunner({ environment, tasks: [task], policy, environmentsPerTask: 1 }, key, Float64Array)
  )
  yield* fromEither(x.normaliser.set(at.moments))
  const source = stream(child(key, task.id))
  const state = new Float64Array(dynamics.stateSize)
  const seen = new Float32Array(dynamics.observationSize)
  const action = new Float64Array(dynamics.actionSize)
  const outcome = { reward: 0, terminated: false }
  const limit = Math.min(limitOf(environment, dynamics), dynamics.scene === undefined ? STEPS : PLAYED)
  dynamics.reset(state, 0, source)
  const states = [state.slice()]
  let total = 0
  while (states.length <= limit && !outcome.terminated) {
    dynamics.observe(state, 0, seen, 0)
    x.encode(0, seen, 0, x.input, 0)
    const head = evaluate(act, { parameters: at.policy, observation: x.input })
    for (const [name, values] of Object.entries(head)) x.actor.head[name]!.set(values)
    x.actor.mode(0)
    if (play === undefined) action.set(x.actor.action)
    else play(x.actor.action, action)
    dynamics.step(state, 0, action, source, outcome)
    total += outcome.reward
    states.push(state.slice())
  }
  return { states, total, ended: outcome.terminated }
})

/** Keeps the states of whole recordings among the run's artefacts, a file a task, counted from 1: `pgex replay --recorded` draws them. */
export const putStates = Effect.fnUntraced(function* (recordings: readonly Recording[]) {
  const store = yield* RunStore
  for (const { task, states } of recordings)
    if (states !== undefined) yield* store.put("recordings", `states-task-${task + 1}`, rowsOf(states))
})
