import { exp as expOf, tanh as tanhOf } from "../math/mod.ts"
import type { Tensor } from "../program/mod.ts"
import { add, exp, log, mul, softplus, square, sub, sum, tanh } from "../program/mod.ts"
import { type Floats, type Stream, standardNormal } from "../random/mod.ts"
import type { Head } from "./distribution.ts"
import { gaussian } from "./gaussian.ts"

type SquashedHead<T> = Head<"mean" | "logStd", T>

/** How log |da/du| is written: exactly, or as Stable-Baselines3 does with 10⁻⁶ inside the logarithm. */
export type Correction = "exact" | "epsilon"

/** Σ log |da_i/du_i| of a = tanh u; `exact` is log(1 − tanh² u) = 2(log 2 − u − softplus(−2u)), without overflow. */
const logSlope = (u: Tensor, how: Correction): Tensor =>
  how === "exact"
    ? sum(mul(sub(sub(Math.LN2, u), softplus(mul(u, -2))), 2), { axes: [-1] })
    : sum(log(add(sub(1, square(tanh(u))), 1e-6)), { axes: [-1] })

/**
 * Normal components squashed into (−1, 1): a = tanh(u), u ~ N(μ, σ²).
 *
 *     log π(a) = log N(u; μ, σ) − Σ_i log(1 − tanh² u_i)
 *
 * Its entropy has no closed form; use −log π of a draw.
 *
 * - Shapes: mean, logStd, u and actions `[rows, n]` (logStd may be `[n]`).
 * - Source: Haarnoja et al., arXiv:1801.01290, eq. 21.
 */
export const squashedGaussian = {
  name: "squashedGaussian",
  /** log π of tanh(u), for u before the squashing (recovering it from the action loses digits near ±1). */
  logProb: (head: SquashedHead<Tensor>, u: Tensor, how: Correction = "exact"): Tensor =>
    sub(gaussian.logProb(head, u), logSlope(u, how)),
  /** The reparameterised draw u = μ + σ·noise, a = tanh(u), with its log π: differentiable in μ and log σ. */
  draw: (head: SquashedHead<Tensor>, noise: Tensor, how: Correction = "exact") => {
    const u = add(head.mean, mul(exp(head.logStd), noise))
    return { action: tanh(u), logProb: squashedGaussian.logProb(head, u, how), u }
  },
  /** KL of the squashed distributions: that of the normal ones, since tanh is invertible. */
  kl: (p: SquashedHead<Tensor>, q: SquashedHead<Tensor>): Tensor => gaussian.kl(p, q),
  sample: (s: Stream, { mean, logStd }: SquashedHead<Floats>, action: Floats): void => {
    for (let i = 0; i < mean.length; i++) {
      action[i] = tanhOf(mean[i]! + expOf(logStd[i % logStd.length]!) * standardNormal(s))
    }
  },
  /** tanh(μ): the median, which is what evaluation plays. */
  mode: ({ mean }: Head<"mean", Floats>, action: Floats): void => {
    for (let i = 0; i < mean.length; i++) action[i] = tanhOf(mean[i]!)
  }
} as const
