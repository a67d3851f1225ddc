/** The inner learner as tensors: a policy that adapts to one task by gradient steps on its own loss. */
import { gradients, mul, stopGradient, sub, type Tensor } from "../../core/program/mod.ts"
import type { Loss } from "../meta/sample.ts"

/**
 * θ' after one gradient step on each loss in turn.
 *
 *     θ⁰ = θ,   θᵏ⁺¹ = θᵏ − α ⊙ ∇L_k(θᵏ)
 *
 * Differentiating θ' in θ gives (I − α∇²L)…: exact second order. With `order` "first" the gradients count as constants,
 * so that ∂θ'/∂θ = I.
 *
 * - Shapes: θ `[p]`; `rate` `[]` or `[p]`; each loss `[]`.
 * - Source: Finn et al., arXiv:1703.03400, eq. 1 and section 5.2; learned α: Li et al., arXiv:1707.09835, eq. 4.
 */
export const adapt = (
  theta: Tensor,
  losses: readonly Loss[],
  rate: number | Tensor,
  order: "second" | "first"
): Tensor =>
  losses.reduce((at, loss) => {
    const [g] = gradients(loss(at), [at])
    return sub(at, mul(rate, order === "first" ? stopGradient(g!) : g!))
  }, theta)
