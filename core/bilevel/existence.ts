import type * as E from "fp-ts/lib/Either.js"
import { map } from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import type { Mdp } from "../mdp/mod.ts"
import { type AdaptedTask, adaptTask } from "./hypergradient.ts"
import { parameterDistance, smallestCurvature } from "./parameter_distance.ts"

/** Lipschitz constants of f_θ(s, a), the logits, and of their first two derivatives in θ. */
export interface Lipschitz {
  readonly l1: number
  readonly l2: number
  readonly l3: number
}

/** Of a table, whose logits are its parameters. Source: Xu and Zhu, NeurIPS 2024, appendix A. */
export const tableLipschitz: Lipschitz = { l1: 1, l2: 0, l3: 0 }

/** (6L₁² + 2L₂)·A_max, above which λ is sure to be large enough. Source: Xu and Zhu, NeurIPS 2024, proposition 3. */
export const sufficientLambda = ({ l1, l2 }: Lipschitz, largestAdvantage: number): number =>
  (6 * l1 * l1 + 2 * l2) * largestAdvantage

/** Whether Alg(3) has a derivative in ϕ. */
export interface Existence {
  /** λ above this is sufficient. */
  readonly sufficient: number
  /** The smallest eigenvalue of the inner problem's curvature at the solution: the derivative exists where it is above 0. */
  readonly smallest: number
  /** The damping, in units of λ, that would lift the smallest eigenvalue to 0; 0 where nothing is to be mended. */
  readonly damping: number
}

/**
 * Whether ∇_ϕ J(Alg(3)) exists, by the condition that suffices and by the curvature itself.
 *
 * - Shapes: `phi` `[n, m]`.
 * - Errors: those of Alg(3)'s `solve`.
 * - Source: Xu and Zhu, NeurIPS 2024, proposition 3.
 */
export const existence = (mdp: Mdp, phi: Float64Array, lambda: number): E.Either<ArgumentError, Existence> =>
  map(({ before, solved }: AdaptedTask): Existence => {
    const largest = before.advantage.reduce((top, x) => Math.max(top, Math.abs(x)), 0)
    const smallest = smallestCurvature(before, phi, solved.theta, lambda)
    return { sufficient: sufficientLambda(tableLipschitz, largest), smallest, damping: Math.max(0, -smallest / lambda) }
  })(adaptTask(parameterDistance, mdp, phi, { lambda }))
