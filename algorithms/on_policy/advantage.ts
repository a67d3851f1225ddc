/** Values and advantages of a rollout, truncation treated as what it is: an end of looking, not of the task. */
import { Effect } from "effect"
import { gaeInto, returnsInto } from "../../core/estimate/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { type Buffer, Session } from "../../core/service/session.ts"
import { pauseEvery } from "../environment_runner.ts"
import type { EnvironmentRunner, RolloutBuffer } from "../rollouts.ts"
import { type Networks, valueProgram } from "./networks.ts"
import type { Loop } from "./objective.ts"

/** One number a transition, in the buffer's order. */
export interface Estimates {
  /** v(s_t). */
  readonly value: Float64Array
  /** v(s_{t+1}) of the state that was really reached; 0 where the task ended there. */
  readonly next: Float64Array
  readonly advantage: Float64Array
  /** The λ-return, what v(s_t) should have been. */
  readonly target: Float64Array
}

export const makeEstimates = (count: number): Estimates => ({
  value: new Float64Array(count),
  next: new Float64Array(count),
  advantage: new Float64Array(count),
  target: new Float64Array(count)
})

/** Rows of one call of the value program: enough to be efficient, few enough to stay in cache. */
const CHUNK = 128

/** What makes a value function's program for so many rows of observations. */
export type MakeValue = (rows: number) => ReturnType<typeof valueProgram>

/** By the value network. */
export const estimator = (c: Pick<Loop, "gamma" | "lambda">, n: Networks, parameters: Buffer) =>
  valueEstimator(c, n.policy.inputs, (rows) => valueProgram(n, rows), parameters)

/**
 * Fills estimates, by the value function whose parameters are in `parameters`; `added` is to be added to each reward.
 *
 * v(s_{t+1}) is v of the next row, but where the episode was cut or the rollout stopped: there it is v of the
 * observation that was really reached, before any reset.
 */
export const valueEstimator = Effect.fn("estimator")(function* (
  c: Pick<Loop, "gamma" | "lambda">,
  inputs: number,
  makeValue: MakeValue,
  parameters: Buffer
) {
  const session = yield* Session
  const Real = realOf(session)
  const executable = yield* session.compile(yield* fromEither(makeValue(CHUNK)))
  const observation = new Real(CHUNK * inputs)
  const value = new Real(CHUNK)
  const call = executable.run({ parameters, observation }, { value })
  const pause = pauseEvery(executable.cost.flops)

  return Effect.fnUntraced(function* (x: EnvironmentRunner, e: RolloutBuffer, into: Estimates, added?: Floats) {
    const { terminated, truncated, nextObservation } = e.rows
    const learned = x.normaliser.rewards(e.rows.reward, x.taskAt)
    const reward = added === undefined ? learned : learned.map((r, row) => r + added[row]!)
    const [envs, own] = [x.batch.count, x.batch.observationSize]
    for (let from = 0; from < e.count; from += CHUNK) {
      const rows = Math.min(CHUNK, e.count - from)
      observation.set(e.observation.subarray(from * inputs, (from + rows) * inputs))
      yield* call
      into.value.set(value.subarray(0, rows), from)
      yield* pause
    }
    const reached: number[] = []
    for (let row = 0; row < e.count; row++) {
      if (terminated[row] === 1) into.next[row] = 0
      else if (truncated[row] === 1 || row + envs >= e.count) reached.push(row)
      else into.next[row] = into.value[row + envs]!
    }
    for (let from = 0; from < reached.length; from += CHUNK) {
      const rows = reached.slice(from, from + CHUNK)
      for (const [k, row] of rows.entries()) x.encode(row % envs, nextObservation, row * own, observation, k * inputs)
      yield* call
      for (const [k, row] of rows.entries()) into.next[row] = value[k]!
      yield* pause
    }
    yield* fromEither(
      gaeInto(
        c.gamma,
        c.lambda,
        envs
      )({ reward, value: into.value, next: into.next, terminated, truncated }, into.advantage)
    )
    returnsInto(into.advantage, into.value, into.target)
  })
})
