/** The loop that all rollouts share: the policy acts on every environment of every task at once. */

import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../core/failure/mod.ts"
import { program, slice } from "../core/program/mod.ts"
import { child, type Floats, type Key, loadStream, type Stream, saveStream, stream } from "../core/random/mod.ts"
import { fromEither } from "../core/service/from_either.ts"
import type { RealConstructor } from "../core/service/real.ts"
import type { SessionFailure } from "../core/service/session.ts"
import { choices } from "../core/text/choices.ts"
import { floatsIn, type Memory, ownMemory } from "../envs/internal.ts"
import type { Box, EnvError, Space } from "../envs/mod.ts"
import { makeRows, taskBatch } from "../envs/mod.ts"
import type { Problem, State, TrainingProblem } from "./algorithm.ts"
import { problemError } from "./error.ts"
import { isDouble, normaliser } from "./normalise.ts"
import { inputsOf, type Policy } from "./policy.ts"
import type { EnvironmentRunner, RolloutBuffer } from "./rollouts.ts"
import { placesOf } from "./told.ts"

/**
 * Makes the environments of a problem, `key` deciding their episodes; they live no longer than the scope. With `fresh` those
 * that are elsewhere have not been played before.
 */
export const environmentRunner = Effect.fn("environmentRunner")(function* (
  { environment, tasks, policy, environmentsPerTask }: Problem,
  key: Key,
  Real: RealConstructor,
  how: { readonly fresh?: boolean } = {}
) {
  const told = tasks.map(({ id, toldAs = id }) => toldAs)
  const positions = placesOf({ policy, tasks })
  const unknown = policy.taskIds.length === 0 ? -1 : positions.indexOf(-1)
  if (unknown >= 0) {
    return yield* Effect.fail(
      problemError("tasks", `tasks of the policy (${choices(policy.taskIds, told[unknown]!)})`, told[unknown]!)
    )
  }
  if (!(Number.isInteger(environmentsPerTask) && environmentsPerTask >= 1)) {
    return yield* Effect.fail(problemError("environmentsPerTask", "a whole number >= 1", String(environmentsPerTask)))
  }
  const batch = yield* Effect.acquireRelease(
    Effect.suspend(() => fromEither(taskBatch(environment, tasks, environmentsPerTask, key, how))),
    ({ remote }) => Effect.sync(() => remote?.close())
  )
  const own = batch.observationSize
  const { inputs } = policy
  const discrete = environment.observation._tag === "Discrete"
  const seen = inputsOf(environment.observation)
  if (seen + policy.taskIds.length !== inputs) {
    return yield* Effect.fail(problemError("policy", `one for observations of ${seen} numbers`, `inputs ${inputs}`))
  }
  const count = batch.count
  const actor = policy.actor(count, tasks.length, Real)
  const normalised = normaliser(policy, tasks)
  const input = new Real(count * inputs)
  const fresh = new (shownBy(policy))(count * own)
  const play = playOf(policy, environment.action)
  const keeps = policy.config.normalise?.observation === true
  const played = play === undefined ? actor.action : new Float64Array(actor.action.length)

  const encode: EnvironmentRunner["encode"] = (i, from, at, to, toAt) => {
    if (discrete) {
      for (let k = 0; k < seen; k++) to[toAt + k] = 0
      to[toAt + from[at]!] = 1
    } else if (keeps) normalised.observation(to, toAt, from, at)
    else for (let k = 0; k < seen; k++) to[toAt + k] = from[at + k]!
    if (seen === inputs) return
    for (let k = seen; k < inputs; k++) to[toAt + k] = 0
    to[toAt + seen + positions[Math.floor(i / environmentsPerTask)]!] = 1
  }
  const see: EnvironmentRunner["see"] = (from, row) => {
    if (keeps && from !== fresh) for (let i = 0; i < fresh.length; i++) fresh[i] = from[row * own + i]!
    for (let i = 0; i < count; i++) encode(i, from, (row + i) * own, input, i * inputs)
  }
  return {
    batch,
    actor,
    input,
    normaliser: normalised,
    rawObservation: fresh,
    see,
    reset: () => {
      batch.reset(fresh)
      see(fresh, 0)
    },
    step: (rows, row) => {
      play?.(actor.action, played)
      batch.step(played, rows, row)
      see(rows.observation, row)
    },
    encode,
    taskAt: (row) => Math.floor((row % count) / environmentsPerTask)
  } satisfies EnvironmentRunner
})

/** What stopped the environments, as a failure. Reset and step cannot fail, so whoever loops asks. */
export const checkFault = (x: EnvironmentRunner): Effect.Effect<void, EnvError> => {
  const fault = x.batch.fault()
  return fault === undefined ? Effect.void : Effect.fail(fault)
}

/**
 * Goes on with saved episodes from what was seen; where nothing can repeat them, others begin in their place.
 *
 * - Errors: `ArgumentError` for what is no state of these environments.
 */
export const takeUp = (
  x: EnvironmentRunner,
  { environments, observation }: Pick<State, "environments" | "observation">
): Effect.Effect<void, EnvError> =>
  Effect.suspend(() => {
    const loaded = x.batch.load(environments)
    x.input.set(observation)
    if (E.isRight(loaded)) return Effect.void
    const anew = x.batch.remote?.anew
    if (loaded.left._tag !== "ProcessError" || loaded.left.reason !== "unrepeatable" || anew === undefined)
      return fromEither(loaded)
    const begun = anew(environments, x.rawObservation)
    if (E.isRight(begun)) x.see(x.rawObservation, 0)
    return fromEither(begun)
  })

/**
 * How rows hold what environments show: float32, as networks take it; float64 where the environment's own numbers are and
 * are normalised first, so that a large mean takes none of their digits.
 */
export const shownBy = ({ config, spaces }: Policy): Float32ArrayConstructor | Float64ArrayConstructor =>
  config.normalise?.observation === true && isDouble(spaces.observation) ? Float64Array : Float32Array

/** How actions as drawn become what the environment gets; undefined where they are the same. */
export const playOf = (policy: Policy, action: Space): Policy["play"] =>
  policy.play ?? (action._tag === "Box" ? (drawn, played) => clipTo(action, drawn, played) : undefined)

/** The environment gets the nearest action it accepts; learning sees the one that was drawn. */
const clipTo = ({ low, high }: Box, from: Floats, to: Float64Array): void => {
  const n = low.length
  for (let i = 0; i < from.length; i++) to[i] = Math.min(Math.max(from[i]!, low[i % n]!), high[i % n]!)
}

/** Allocates what a rollout of T steps leaves. */
export const makeRolloutBuffer = (
  steps: number,
  x: EnvironmentRunner,
  policy: Policy,
  Real: RealConstructor,
  memory: Memory = ownMemory
): RolloutBuffer => {
  const count = steps * x.batch.count
  return {
    count,
    observation: floatsIn(memory, count * policy.inputs, Real),
    action: new Float64Array(memory(8 * count * policy.actionSize)),
    logProb: new Float64Array(memory(8 * count)),
    rows: makeRows(count, x.batch.observationSize, shownBy(policy), memory)
  }
}

/** Steps of each environment in an iteration. Errors: `ArgumentError` for steps that the environments cannot share. */
export const stepsOfEach = ({
  stepsPerTask,
  environmentsPerTask
}: Pick<TrainingProblem, "stepsPerTask" | "environmentsPerTask">): E.Either<ArgumentError, number> =>
  Number.isInteger(stepsPerTask) && stepsPerTask >= 1 && stepsPerTask % environmentsPerTask === 0
    ? E.right(stepsPerTask / environmentsPerTask)
    : E.left(problemError("stepsPerTask", `a multiple of ${environmentsPerTask} environments`, `${stepsPerTask}`))

/** One stream of actions a task, so that a task's draws do not depend on the other tasks. */
export const actionStreams = (key: Key, tasks: Problem["tasks"]): Stream[] =>
  tasks.map((t) => stream(child(key, "action", t.id)))

const actionName = (task: string): string => `action:${task}`

/** The streams of actions as a state keeps them. */
export const saveActions = (tasks: Problem["tasks"], streams: readonly Stream[]): Readonly<Record<string, string>> =>
  Object.fromEntries(streams.map((s, i) => [actionName(tasks[i]!.id), saveStream(s)]))

/** The streams of actions that a state keeps. Errors: `ArgumentError` for a text that is none. */
export const loadActions = (tasks: Problem["tasks"], kept: State["streams"]) =>
  Effect.forEach(tasks, (t) => fromEither(loadStream(kept[actionName(t.id)] ?? "")))

/** How the policy acts on what an `EnvironmentRunner` sees. */
export interface Act {
  /** One session call: from the runner's input to its actor's head. */
  readonly call: Effect.Effect<unknown, SessionFailure>
  /** Between two of them. */
  readonly pause: Effect.Effect<void>
}

/** Where in a buffer of more environments than its own a runner writes. */
export interface Among {
  /** Rows before the runner's first, within each step. */
  readonly first: number
  /** Environments of the buffer. */
  readonly all: number
}

/** Fills a buffer, or of one of more environments than `x` has the rows that are theirs. */
export const rollout = Effect.fnUntraced(function* (
  x: EnvironmentRunner,
  { call, pause }: Act,
  streams: readonly Stream[],
  into: RolloutBuffer,
  { first, all }: Among = { first: 0, all: x.batch.count }
) {
  const n = x.batch.count
  for (let row = first; row < into.count; row += all) {
    yield* call
    for (let g = 0; g < streams.length; g++) x.actor.sample(g, streams[g]!)
    into.observation.set(x.input, row * (x.input.length / n))
    into.action.set(x.actor.action, row * (x.actor.action.length / n))
    into.logProb.set(x.actor.logProb, row)
    x.step(into.rows, row)
    if (x.batch.fault() !== undefined) yield* checkFault(x)
    yield* pause
  }
})

/** Observations to the parameters of the action distribution; θ is the beginning of `parameters [size]`. */
export const actProgram = (policy: Policy, rows: number, size = policy.size) =>
  fromEither(
    program("act", { parameters: [size], observation: [rows, policy.inputs] }, ({ parameters, observation }) =>
      policy.head(slice(parameters, [0], [policy.size]), observation)
    )
  )

/** Work between two chances to stop: some milliseconds on a slow core. */
const FLOPS_BETWEEN_PAUSES = 1e8

/**
 * Lets the runtime do other things (stop, above all) each time enough session calls have been made. Counting work
 * instead of time keeps the clock out of algorithms.
 */
export const pauseEvery = (flopsOfCall: number): Effect.Effect<void> => {
  // Even a free call costs some microseconds around it.
  const calls = Math.max(1, Math.floor(FLOPS_BETWEEN_PAUSES / (flopsOfCall + 1e5)))
  let left = calls
  return Effect.suspend(() => {
    if (--left > 0) return Effect.void
    left = calls
    return Effect.yieldNow
  })
}
