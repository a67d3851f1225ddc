/** What a person sets for BO-MRL, and where the defaults come from. */
import { Schema } from "effect"
import { choice, count, number, numberOr } from "../../core/service/setting.ts"
import { Estimation } from "../meta/estimation.ts"
import { TrustRegion } from "../meta/trust_region.ts"

/** The within-task algorithm, how its solution is differentiated, and the step of the meta-parameter. */
export const BoMrlConfig = Schema.Struct({
  /** Alg(i): what one task's adaptation solves on one rollout of the meta-policy. */
  inner: Schema.Struct({
    distance: choice(
      ["D1", "D2", "D3"],
      "to the meta-policy, D1: KL(π_ϕ ‖ π_θ); D2: KL(π_θ ‖ π_ϕ); D3: ‖θ − ϕ‖² of the parameters"
    ),
    lambda: number(1e-8, 1e6, "λ, weight of the distance: the larger, the nearer adaptation stays to the meta-policy"),
    surrogate: choice(
      ["saturating", "ratio", "linear"],
      "what is made of ρ = π_θ/π_ϕ, saturating: 2/(1 + e^(−2(ρ − 1)))·A; ratio: ρ·A; linear: ρ·A to first order about ϕ"
    ),
    iterations: count(1, 10_000, "steps of Adam"),
    rate: number(1e-8, 10, "Adam's step size"),
    tolerance: numberOr(
      "off",
      0,
      1,
      "refuse an adaptation whose gradient is not smaller than this part of what it was at ϕ"
    )
  }),
  /** The linear system of implicit differentiation. */
  hypergradient: Schema.Struct({
    iterations: count(1, 1000, "of conjugate gradients, most"),
    tolerance: number(0, 1, "relative residual at which they stop"),
    damping: number(0, 1e6, "added to the inner problem's curvature, in units of λ")
  }),
  /** TRPO's step of the meta-parameter. */
  trust: TrustRegion,
  ...Estimation.fields
})

/** The settings of one meta-training. */
export type BoMrl = typeof BoMrlConfig.Type

/**
 * Defaults: h, 50 steps of Adam, λ = 0.5 with D1 and δ = 1e-3 (Xu and Zhu, NeurIPS 2024, appendix B and D). The paper names neither
 * Adam's rate nor a damping nor when conjugate gradients end: at a hundredth, of which the sampled gradient is farther off itself.
 */
export const defaults: BoMrl = {
  inner: { distance: "D1", lambda: 0.5, surrogate: "saturating", iterations: 50, rate: 0.01, tolerance: "off" },
  hypergradient: { iterations: 10, tolerance: 1e-2, damping: 1 },
  trust: { kl: 1e-3, damping: 1e-2, iterations: 10, shrink: 0.8, tries: 15 },
  gamma: 0.95,
  lambda: 1,
  normaliseAdvantages: true
}
