/** An episode of each task under its policy, to look at. */

import { Effect } from "effect"
import { actProgram, environmentRunner, playOf } from "../../algorithms/internal.ts"
import type { Acting } from "../../algorithms/mod.ts"
import { evaluate } from "../../core/program/mod.ts"
import { child, type Key, stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { RunStore, rowsOf } from "../../core/service/run_store.ts"
import { limitOf, POSE, type Scene, type Task } from "../../envs/mod.ts"
import type { Setting } from "../jobs/training.ts"
import type { Played, Recording } from "./recording.ts"

/** Longer episodes are shown up to here, as pictures, and played up to here. */
const STEPS = 200
const PLAYED = 1000
/** Pictures an episode, the first and the last state among them. */
const FRAMES = 4
/** Frames a second of what is played, about: shorter steps are shown in part, and of long episodes fewer. */
const RATE = 25
const MOST = 500

/**
 * Recordings of the tasks, each played by its own policy with the most probable actions; none where the environment cannot draw.
 *
 * Programs are evaluated here in float64, so that pictures need no session and are the same on all.
 */
export const recordingsOf = Effect.fn("policygradex.recordings")(function* (
  { environment, policy }: Pick<Setting<unknown>, "environment" | "policy">,
  tasks: readonly Task[],
  policies: readonly (Acting | undefined)[],
  key: Key
) {
  const recordings: Recording[] = []
  if (environment.open !== undefined) return recordings
  const act = yield* actProgram(policy, 1)
  const play = playOf(policy, environment.action)
  for (const [i, task] of tasks.entries()) {
    const at = policies[i]
    if (at === undefined) continue
    const dynamics = yield* fromEither(environment.make(task.params))
    const { render, scene } = dynamics
    if (render === undefined) return []
    const x = yield* Effect.scoped(
      environmentRunner({ environment, tasks: [task], policy, environmentsPerTask: 1 }, key, Float64Array)
    )
    yield* fromEither(x.normaliser.set(at.moments))
    const source = stream(child(key, task.id))
    const state = new Float64Array(dynamics.stateSize)
    const seen = new Float32Array(dynamics.observationSize)
    const action = new Float64Array(dynamics.actionSize)
    const outcome = { reward: 0, terminated: false }
    const limit = Math.min(limitOf(environment, dynamics), scene === undefined ? STEPS : PLAYED)
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
    const last = states.length - 1
    const shown = new Set(Array.from({ length: FRAMES }, (_, f) => Math.round((f * last) / (FRAMES - 1))))
    const frames = [...shown].map((step) => ({ step, picture: render(states[step]!, 0) }))
    const whole = scene === undefined ? {} : { states, played: playedOf(scene, states, environment.secondsPerStep) }
    recordings.push({ task: i, frames, steps: last, total, ended: outcome.terminated, ...whole })
    yield* Effect.yieldNow
  }
  return recordings
})

/** Where everything is in some of the states, evenly apart, and in the last. */
const playedOf = (scene: Scene, states: readonly Float64Array[], secondsPerStep: number): Played => {
  const last = states.length - 1
  const every = Math.max(Math.round(1 / (RATE * secondsPerStep)), Math.ceil(last / MOST), 1)
  const steps = Array.from({ length: Math.ceil(last / every) + 1 }, (_, f) => Math.min(f * every, last))
  const bodies = scene.bodies()
  const poses = new Float64Array(POSE * bodies.length)
  const all = new Float32Array(steps.length * poses.length)
  const cameras = steps.map((step, f) => {
    const camera = scene.place(states[step]!, 0, poses)
    all.set(poses, f * poses.length)
    return camera
  })
  return { bodies, steps, secondsPerFrame: every * secondsPerStep, poses: all, cameras }
}

/** Keeps the states of whole recordings among the run's artefacts, a file a task, counted from 1: `pgex replay --recorded` draws them. */
export const putStates = Effect.fnUntraced(function* (recordings: readonly Recording[]) {
  const store = yield* RunStore
  for (const { task, states } of recordings)
    if (states !== undefined) yield* store.put("recordings", `states-task-${task + 1}`, rowsOf(states))
})
