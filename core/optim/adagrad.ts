import { add, div, mul, sqrt, square, sub } from "../program/mod.ts"
import type { Optimizer } from "./optimizer.ts"

/** What AdaGrad takes beside the step size. */
export interface AdagradConfig {
  /** ε, outside of the root; default 1e-10. */
  readonly epsilon?: number
}

/**
 * Steps scaled by all squared gradients so far.
 *
 *     G ← G + g²,   θ ← θ − η·g / (√G + ε)
 *
 * - Shapes: `sum` (G) as θ `[n]`.
 * - Source: Duchi, Hazan and Singer, JMLR 12, 2011, fig. 1 (diagonal form).
 */
export const adagrad = ({ epsilon = 1e-10 }: AdagradConfig = {}): Optimizer<"sum"> => ({
  name: "adagrad",
  state: (n) => ({ sum: [n] }),
  step: ({ theta, grad, rate }, { sum }) => {
    const next = add(sum, square(grad))
    return { theta: sub(theta, mul(div(grad, add(sqrt(next), epsilon)), rate)), state: { sum: next } }
  }
})
