import { add, mul, sub } from "../program/mod.ts"
import type { Optimizer } from "./optimizer.ts"

/** What gradient descent takes beside the step size. */
export interface SgdConfig {
  /** μ, default 0. */
  readonly momentum?: number
  /** Look ahead along the velocity; default false. */
  readonly nesterov?: boolean
  /** λ, added to the gradient as λθ; default 0. */
  readonly weightDecay?: number
}

/**
 * Gradient descent with momentum.
 *
 *     g ← g + λθ,   b ← μ·b + g,   θ ← θ − η·b   (Nesterov: θ ← θ − η·(g + μ·b))
 *
 * - Shapes: `velocity` as θ `[n]`.
 * - Source: Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013, as PyTorch
 *   writes it: the learning rate stands outside of the velocity.
 */
export const sgd = (config: SgdConfig = {}): Optimizer<"velocity"> => {
  const { momentum = 0, nesterov = false, weightDecay = 0 } = config
  return {
    name: "sgd",
    state: (n) => ({ velocity: [momentum === 0 ? 0 : n] }),
    step: ({ theta, grad, rate }, { velocity }) => {
      const g = weightDecay !== 0 ? add(grad, mul(theta, weightDecay)) : grad
      if (momentum === 0) return { theta: sub(theta, mul(g, rate)), state: { velocity } }
      const b = add(mul(velocity, momentum), g)
      const direction = nesterov ? add(g, mul(b, momentum)) : b
      return { theta: sub(theta, mul(direction, rate)), state: { velocity: b } }
    }
  }
}
