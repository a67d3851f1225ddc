/** Rolling out at fixed parameters: what all collectors do before each makes transitions of it. */
import { Effect, Semaphore } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../core/failure/mod.ts"
import { type Floats, type Key, zeroKey } from "../core/random/mod.ts"
import { fromEither } from "../core/service/from_either.ts"
import { realOf } from "../core/service/real.ts"
import { type Buffer, Session, type SessionFailure } from "../core/service/session.ts"
import type { Collector, Fixed, Problem, Transitions } from "./algorithm.ts"
import {
  actionStreams,
  actProgram,
  environmentRunner,
  makeRolloutBuffer,
  pauseEvery,
  rollout
} from "./environment_runner.ts"
import { problemError, type Refusal } from "./error.ts"
import type { EnvironmentRunner, RolloutBuffer } from "./rollouts.ts"

/** How one learner's collector differs from another's. */
export interface Collecting {
  /** Where its numbers are, the policy's first, and how many. */
  readonly parameters: Buffer
  readonly size: number
  /** Those that are given, as they stand there. */
  readonly numbers: (at: Fixed) => E.Either<ArgumentError, Floats>
  readonly transitions: (
    x: EnvironmentRunner,
    e: RolloutBuffer
  ) => Effect.Effect<readonly Transitions[], SessionFailure | Refusal>
}

/** Makes collecting ready; its programs are freed with the scope, its numbers are the caller's. */
export const collecting = Effect.fn("collector")(function* (
  problem: Problem,
  { parameters, size, numbers, transitions }: Collecting
) {
  const { policy, tasks, environmentsPerTask } = problem
  const session = yield* Session
  const Real = realOf(session)
  const acting = yield* session.compile(yield* actProgram(policy, tasks.length * environmentsPerTask, size))
  const pause = pauseEvery(acting.cost.flops)
  // One collection uses the buffers at a time; a second caller waits.
  const turn = yield* Semaphore.make(1)
  // Refuses a wrong problem now, not at the first use.
  yield* Effect.scoped(environmentRunner(problem, zeroKey, Real))

  const collect = Effect.fn("collect")(
    function* (at: Fixed, steps: number, key: Key) {
      yield* session.write(parameters, yield* fromEither(numbers(at)))
      const x = yield* environmentRunner(problem, key, Real)
      yield* fromEither(x.normaliser.set(at.moments))
      x.reset()
      const act = { call: acting.run({ parameters, observation: x.input }, x.actor.head), pause }
      const e = makeRolloutBuffer(Math.ceil(steps / environmentsPerTask), x, policy, Real)
      yield* rollout(x, act, actionStreams(key, tasks), e)
      return yield* transitions(x, e)
    },
    Effect.scoped,
    turn.withPermit
  )
  return { collect } satisfies Collector
})

/** Refuses what is not so many numbers. */
export const checkSize = (at: Fixed, name: "policy" | "value", want: number): E.Either<ArgumentError, Floats> =>
  at[name].length === want
    ? E.right(at[name])
    : E.left(problemError(name, `${want} parameters`, String(at[name].length)))
