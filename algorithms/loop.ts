/** The training loop that all learners share, State → State: a learner gives it what is its own. */
import { Effect, Semaphore } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../core/failure/mod.ts"
import { child, type Floats, type Key, loadStream, type Stream, saveStream, stream } from "../core/random/mod.ts"
import { fromEither } from "../core/service/from_either.ts"
import type { RealConstructor } from "../core/service/real.ts"
import type { Iteration, Learner, SavedState, Start, State, TaskRow, TrainingProblem } from "./algorithm.ts"
import { actionStreams, checkFault, environmentRunner, loadActions, saveActions, takeUp } from "./environment_runner.ts"
import { diverged, type LearnerError, problemError, type Refusal, type TrainingDiverged } from "./error.ts"
import { discountedSize, firstMemory, type Memory, momentsSize } from "./normalise.ts"
import type { EnvironmentRunner } from "./rollouts.ts"
import { identityOf, loadState, saveState } from "./state.ts"

/** What is trained: policy, value function, and whatever else a learner carries by name. */
export type Trained = Pick<State, "policy" | "value" | "arrays">

/** A training that begins. */
export interface Beginning {
  readonly key: Key
  readonly start: Start
  /** Environments at the start of their first episodes. */
  readonly fresh: EnvironmentRunner
  /** The start's own parameters, or drawn ones where it has none. */
  readonly given: (name: "policy" | "value", drawn: () => Floats) => Effect.Effect<Floats, ArgumentError>
}

/** One iteration to be done. */
export interface Turn {
  readonly state: State
  /** Whether the device and the environments hold this state already, from the iteration before. */
  readonly continuing: boolean
  /** One stream of actions a task; they go on from here. */
  readonly actions: readonly Stream[]
  /** The learner's own streams by name. */
  readonly streams: Readonly<Record<string, Stream>>
  /** What the past left for normalising. */
  readonly memory: Memory
  /** Keeps metrics that were finite, for the message of a divergence. */
  readonly watch: (metrics: Readonly<Record<string, number>>) => void
  /** A quantity that is not finite, on the tasks at these places, or on all. */
  readonly fail: (quantity: string, odd: readonly number[]) => TrainingDiverged
}

/** An iteration that was done. */
export interface Turned {
  readonly rows: readonly TaskRow[]
  /** Environment steps over all tasks. */
  readonly steps: number
  readonly memory: Memory
}

/** What a learner gives to the loop. */
export interface LearnerParts {
  readonly id: string
  /** Rises whenever numbers change; checkpoints carry it. */
  readonly version: string
  readonly config: unknown
  /** Whether the training's length decides its numbers. */
  readonly anneals: boolean
  readonly problem: TrainingProblem
  readonly Real: RealConstructor
  /** The environments that are trained on. */
  readonly x: EnvironmentRunner
  /** Numbers of the value function. */
  readonly valueSize: number
  /** Names of the arrays that a state carries, but for those of normalisation. */
  readonly arrays: readonly string[]
  /** Purposes of random streams beside the actions'. */
  readonly streams: readonly string[]
  readonly first: (b: Beginning) => Effect.Effect<Trained, Refusal>
  /** Puts the numbers of a state to where iterations work on them. */
  readonly write: (s: State) => Effect.Effect<void, LearnerError>
  /** What is trained, after an iteration. */
  readonly read: Effect.Effect<Trained, LearnerError>
  /** A rollout, an update, and what they showed. */
  readonly iterate: (t: Turn) => Effect.Effect<Turned, LearnerError>
  /** What else a loaded state must hold. */
  readonly checkLoaded?: (s: State) => E.Either<ArgumentError, State>
}

/** Makes a learner of its parts. */
export const trainingLoop = Effect.fn("trainingLoop")(function* (parts: LearnerParts) {
  const { id, problem, x, Real } = parts
  const { tasks, policy } = problem
  const envs = x.batch.count
  const identity = yield* fromEither(identityOf(`${id}@${parts.version}`, parts.config, problem, parts.anneals))
  const sizes = {
    policy: policy.size,
    value: parts.valueSize,
    observation: x.input.length,
    moments: momentsSize(policy)
  }
  const running = discountedSize(policy, envs)
  const others = [...parts.arrays, ...(running > 0 ? ["discounted"] : [])]

  // One training uses the buffers at a time; a second caller waits.
  const turn = yield* Semaphore.make(1)
  /** The state that the session's buffers and the environments hold now: continuing from it copies nothing. */
  let held: State | undefined
  /** What is watched, as it last was; nothing where the training has only been taken up. */
  let lastFinite: Readonly<Record<string, number>> = {}

  const restore = Effect.fnUntraced(function* (s: State) {
    lastFinite = {}
    yield* fromEither(x.normaliser.set(s.moments))
    yield* parts.write(s)
    yield* takeUp(x, s)
  })

  const stateOf = (
    trained: Trained,
    at: Pick<State, "iteration" | "steps" | "streams">,
    from: EnvironmentRunner,
    m: Memory
  ) =>
    ({
      ...at,
      ...trained,
      ...(m.moments === undefined ? {} : { moments: m.moments }),
      arrays: { ...trained.arrays, ...(running > 0 ? { discounted: m.discounted } : {}) },
      environments: from.batch.save(),
      observation: from.input.slice()
    }) satisfies State

  const init = Effect.fn("trainingLoop.init")(function* (key: Key, start: Start = {}) {
    const fresh = yield* environmentRunner(problem, key, Real)
    const memory = firstMemory(policy, start.moments, envs)
    yield* fromEither(fresh.normaliser.set(memory.moments))
    fresh.reset()
    yield* checkFault(fresh)
    const trained = yield* parts.first({ key, start, fresh, given: startFrom(start, sizes, Real) })
    const own = parts.streams.map((name) => [name, saveStream(stream(child(key, name)))] as const)
    const streams = { ...Object.fromEntries(own), ...saveActions(tasks, actionStreams(key, tasks)) }
    return stateOf(trained, { iteration: 0, steps: 0, streams }, fresh, memory)
  }, Effect.scoped)

  const iterate = Effect.fn("trainingLoop.iterate")(function* (state: State) {
    const continuing = held === state
    held = undefined
    if (!continuing) yield* restore(state)
    const actions = yield* loadActions(tasks, state.streams)
    const own: Record<string, Stream> = {}
    for (const name of parts.streams) own[name] = yield* fromEither(loadStream(state.streams[name] ?? ""))
    const diverging = diverged(id, state.iteration, tasks)
    const fail: Turn["fail"] = (quantity, odd) => diverging(quantity, odd, lastFinite)
    const watch: Turn["watch"] = (metrics) => {
      lastFinite = metrics
    }
    const before = { moments: state.moments, discounted: state.arrays.discounted ?? new Float64Array(running) }
    const done = yield* parts.iterate({ state, continuing, actions, streams: own, memory: before, watch, fail })
    if (done.memory.moments?.every(Number.isFinite) === false) return yield* Effect.fail(fail("observation", []))
    const trained = yield* parts.read
    if (!(trained.policy.every(Number.isFinite) && trained.value.every(Number.isFinite))) {
      return yield* Effect.fail(fail("parameter", []))
    }
    const streams = {
      ...Object.fromEntries(Object.entries(own).map(([name, s]) => [name, saveStream(s)])),
      ...saveActions(tasks, actions)
    }
    const at = { iteration: state.iteration + 1, steps: state.steps + done.steps, streams }
    const next = stateOf(trained, at, x, done.memory)
    held = next
    return { state: next, rows: done.rows, steps: done.steps } satisfies Iteration
  }, turn.withPermit)

  const load = (given: SavedState): E.Either<ArgumentError, State> =>
    E.chain(parts.checkLoaded ?? ((s: State) => E.right(s)))(loadState(given, identity, sizes, others))

  return { policy, init, iterate, save: (state) => saveState(state, identity), load } satisfies Learner
})

/** How many parameters there are. */
interface Sizes {
  readonly policy: number
  readonly value: number
}

/**
 * The parameters of one part: those given, copied, or drawn ones where none are.
 *
 * - Errors: `ArgumentError` where as many are given as no network of these sizes has.
 */
const startFrom =
  (start: Start, sizes: Sizes, Real: RealConstructor) =>
  (name: "policy" | "value", drawn: () => Floats): Effect.Effect<Float32Array | Float64Array, ArgumentError> => {
    const values = start[name]
    if (values !== undefined && values.length !== sizes[name]) {
      return Effect.fail(problemError(`start.${name}`, `${sizes[name]} parameters`, String(values.length)))
    }
    return Effect.sync(() => Real.from(values ?? drawn()))
  }
