import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../failure/mod.ts"
import { inUnit, lengths } from "./check.ts"

type Floats = Float32Array | Float64Array

/**
 * Steps in time order, of one environment (`[T]`) or of several stepped together (`[T, envs]`, row-major: all
 * environments of step 0 first).
 */
export interface Trajectory<A extends Floats = Floats> {
  /** r_t, reward of step t. */
  readonly reward: A
  /** v(s_t), value before step t. */
  readonly value: A
  /** v(s_{t+1}), value of the state step t really reached, before any reset. */
  readonly next: A
  /** 1 where the task ended (no future), else 0. */
  readonly terminated: Uint8Array
  /** 1 where a limit cut the episode (a future exists), else 0. */
  readonly truncated: Uint8Array
}

const columns = ["reward", "value", "next", "terminated", "truncated"] as const

/**
 * Generalised advantage estimate of one trajectory.
 *
 *     δ_t = r_t + γ·(1 − terminated_t)·v(s_{t+1}) − v(s_t)
 *     A_t = δ_t + γ·λ·(1 − ended_t)·A_{t+1},    ended_t = terminated_t ∨ truncated_t
 *
 * Truncation stops the sum but keeps the bootstrap. Where a step is both, it is terminated.
 *
 * - Shapes: columns `[T]`; result `[T]`.
 * - Units: reward; `gamma`, `lambda` per step, in [0, 1].
 * - Errors: `ArgumentError` naming the column, the length wanted and the length found.
 * - Source: Schulman et al., arXiv:1506.02438, eq. 16; the cut from Pardo et al., arXiv:1712.00378.
 *
 * @example One terminated step: the value after the end counts for nothing
 * const F = (x: number) => Float64Array.of(x)
 * const B = (x: number) => Uint8Array.of(x)
 * gae(0.9, 1)({ reward: F(1), value: F(0.5), next: F(9), terminated: B(1), truncated: B(0) }) // => right(F(0.5))
 */
export const gae =
  (gamma: number, lambda: number) =>
  (x: Trajectory): E.Either<ArgumentError, Float64Array> => {
    const out = new Float64Array(x.reward.length)
    return gaeInto(gamma, lambda, 1)(x, out)
  }

/**
 * {@link gae} of `envs` environments at once, into the caller's array; allocates nothing per step.
 *
 * - Shapes: columns and `out` `[T, envs]`; every environment is swept by itself.
 * - Errors: `ArgumentError` naming the column of another length, or γ or λ outside of [0, 1].
 */
export const gaeInto =
  (gamma: number, lambda: number, envs: number) =>
  <A extends Floats>(x: Trajectory, out: A): E.Either<ArgumentError, A> =>
    pipe(
      lengths({ ...x, out }, [...columns, "out"], x.reward.length, envs),
      E.chain(() => inUnit({ gamma, lambda })),
      E.map(() => {
        for (let e = 0; e < envs; e++) sweep({ gamma, lambda }, envs, x, e, out)
        return out
      })
    )

/** γ and λ. */
interface Decay {
  readonly gamma: number
  readonly lambda: number
}

const sweep = ({ gamma, lambda }: Decay, envs: number, x: Trajectory, env: number, out: Floats): void => {
  for (let i = x.reward.length - envs + env, tail = 0; i >= 0; i -= envs) {
    const ended = x.terminated[i]! | x.truncated[i]!
    // Selected, not multiplied: the value past an end may be anything, NaN too.
    const future = x.terminated[i]! !== 0 ? 0 : gamma * x.next[i]!
    const delta = x.reward[i]! + future - x.value[i]!
    tail = ended !== 0 ? delta : delta + gamma * lambda * tail
    out[i] = tail
  }
}

/**
 * What the value function should have said: A_t + v(s_t), the λ-return. Written into `out`, which may be `advantage`.
 *
 * - Shapes: all `[n]`.
 * - Units: reward.
 */
export const returnsInto = <A extends Floats>(advantage: Floats, value: Floats, out: A): A => {
  for (let i = 0; i < out.length; i++) out[i] = advantage[i]! + value[i]!
  return out
}
