/** What a policy is worth: returns of whole episodes, every episode counted. */
import { Effect, Schema, Semaphore } from "effect"
import { type Floats, type Key, zeroKey } from "../core/random/mod.ts"
import { Numbers } from "../core/service/data.ts"
import { fromEither } from "../core/service/from_either.ts"
import { realOf } from "../core/service/real.ts"
import { Session } from "../core/service/session.ts"
import { mean } from "../core/stat/mod.ts"
import { makeRows } from "../envs/mod.ts"
import type { Problem } from "./algorithm.ts"
import { actionStreams, actProgram, checkFault, environmentRunner, pauseEvery, shownBy } from "./environment_runner.ts"
import { type LearnerError, problemError } from "./error.ts"
import { successes } from "./success.ts"

/** Whole episodes of one task. */
export const Evaluation = Schema.Struct({
  task: Schema.String,
  /** One for each episode, in the order [environment, episode]. */
  returns: Numbers,
  lengths: Numbers,
  meanReturn: Schema.Number,
  /** Whether each episode succeeded, where the environment tells; see `success.ts`. */
  successes: Schema.optionalKey(Schema.Array(Schema.Boolean))
})
export type Evaluation = typeof Evaluation.Type

/** How a policy is evaluated. */
export const EvaluationOptions = Schema.Struct({
  /** Episodes a task. */
  episodes: Schema.Int,
  /** The most probable action, or one drawn from the policy. */
  actions: Schema.Literals(["mode", "sample"])
})
export type EvaluationOptions = typeof EvaluationOptions.Type

/** Plays whole episodes of every task under θ, by these moments where the policy normalises. */
export type Evaluate = (
  theta: Floats,
  options: EvaluationOptions,
  key: Key,
  moments?: Floats
) => Effect.Effect<readonly Evaluation[], LearnerError>

/**
 * Makes evaluation of a problem's policy ready.
 *
 * Environment r of a task plays a number of episodes fixed beforehand, so that short episodes are not counted more
 * often than long ones. A task's episodes do not depend on which other tasks there are; evaluating changes nothing.
 *
 * - Errors: `ArgumentError` where the policy makes no program; `SessionError`, `SessionLost` of the session.
 */
export const evaluator = Effect.fn("evaluator")(function* (problem: Problem) {
  const { policy, tasks, environmentsPerTask } = problem
  const session = yield* Session
  const Real = realOf(session)
  const parameters = yield* session.buffer([policy.size])
  const acting = yield* session.compile(yield* actProgram(policy, tasks.length * environmentsPerTask))
  const pause = pauseEvery(acting.cost.flops)
  // One evaluation uses the buffers at a time; a second caller waits.
  const turn = yield* Semaphore.make(1)
  // Refuses a wrong problem now, not at the first use.
  yield* Effect.scoped(environmentRunner(problem, zeroKey, Real))

  return Effect.fn("evaluate")(
    function* (theta: Floats, { episodes, actions }: EvaluationOptions, key: Key, moments?: Floats) {
      if (!(Number.isInteger(episodes) && episodes >= 1)) {
        return yield* Effect.fail(problemError("episodes", "a whole number >= 1", String(episodes)))
      }
      if (theta.length !== policy.size) {
        return yield* Effect.fail(problemError("theta", `${policy.size} parameters`, String(theta.length)))
      }
      yield* session.write(parameters, theta)
      const x = yield* environmentRunner(problem, key, Real, { fresh: true })
      yield* fromEither(x.normaliser.set(moments))
      x.reset()
      const act = acting.run({ parameters, observation: x.input }, x.actor.head)
      const rows = makeRows(x.batch.count, x.batch.observationSize, shownBy(policy))
      const streams = actionStreams(key, tasks)
      const quota = Array.from({ length: x.batch.count }, (_, i) => share(episodes, environmentsPerTask, i))
      const played = quota.map(() => ({ returns: [] as number[], lengths: [] as number[] }))
      const told = successes(x.batch)
      let left = quota.filter((q) => q > 0).length
      while (left > 0) {
        yield* act
        for (let g = 0; g < tasks.length; g++) {
          if (actions === "mode") x.actor.mode(g)
          else x.actor.sample(g, streams[g]!)
        }
        x.step(rows, 0)
        if (x.batch.fault() !== undefined) yield* checkFault(x)
        yield* fromEither(told.step(rows))
        for (let i = 0; i < quota.length; i++) {
          const mine = played[i]!
          if (rows.terminated[i]! + rows.truncated[i]! === 0 || mine.returns.length === quota[i]) continue
          mine.returns.push(rows.episodeReturn[i]!)
          mine.lengths.push(rows.episodeLength[i]!)
          if (mine.returns.length === quota[i]) left--
        }
        yield* pause
      }
      return tasks.map(({ id }, t): Evaluation => {
        const own = played.slice(t * environmentsPerTask, (t + 1) * environmentsPerTask)
        const returns = own.flatMap((p) => p.returns)
        const lengths = own.flatMap((p) => p.lengths)
        const evaluation = { task: id, returns, lengths, meanReturn: mean(returns) }
        const won = own.flatMap((p, e) => told.of(t * environmentsPerTask + e, p.returns.length) ?? [])
        return won.length === returns.length ? { ...evaluation, successes: won } : evaluation
      })
    },
    Effect.scoped,
    turn.withPermit
  )
})

/** Episodes of environment i: as equal as they can be. */
const share = (episodes: number, environments: number, i: number): number =>
  Math.floor(episodes / environments) + (i % environments < episodes % environments ? 1 : 0)
