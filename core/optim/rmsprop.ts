import { add, div, mul, sqrt, square, sub } from "../program/mod.ts"
import type { Optimizer } from "./optimizer.ts"

/** What RMSProp takes beside the step size. */
export interface RmspropConfig {
  /** α, default 0.99. */
  readonly alpha?: number
  /** ε, outside of the root; default 1e-8. */
  readonly epsilon?: number
}

/**
 * Steps scaled by a running mean of squared gradients.
 *
 *     v ← αv + (1 − α)g²,   θ ← θ − η·g / (√v + ε)
 *
 * - Shapes: `v` as θ `[n]`.
 * - Source: Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012.
 */
export const rmsprop = ({ alpha = 0.99, epsilon = 1e-8 }: RmspropConfig = {}): Optimizer<"v"> => ({
  name: "rmsprop",
  state: (n) => ({ v: [n] }),
  step: ({ theta, grad, rate }, { v }) => {
    const next = add(mul(v, alpha), mul(square(grad), 1 - alpha))
    return { theta: sub(theta, mul(div(grad, add(sqrt(next), epsilon)), rate)), state: { v: next } }
  }
})
