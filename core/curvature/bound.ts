import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"
import { log } from "../math/mod.ts"

/** What Theorem 1 asks of a loss, at weights W that were learned from n samples; C, H, … are the theorem's letters. */
export interface BoundInput {
  /** n. */
  readonly samples: number
  /** C: losses are in [0, C]. */
  readonly range: number
  /** L̂: mean loss on the samples, in [0, C]. */
  readonly training: number
  /** H = vᵀ E[∇²ℓ]⁺ v, where v leads to W from the prior's mean, which does not depend on the samples. */
  readonly weighted: number
  /** ‖v‖². */
  readonly square: number
  /** p, the number of weights. */
  readonly size: number
  /** α: no sample's Hessian has a larger norm. */
  readonly norm: number
  /** C₁: the Hessian's Lipschitz constant. */
  readonly lipschitz: number
  /** The largest ‖W‖ of the weight space. */
  readonly radius: number
  /** The bound holds with probability 1 − δ. */
  readonly delta: number
}

/** The bound on the expected loss, term by term; `gap` and `total` are of L − L̂. */
export interface Bound {
  /** ε of (1 + ε). */
  readonly epsilon: number
  /** (1 + ε) L̂. */
  readonly training: number
  /** (1 + ε) √(C H/n). */
  readonly hessian: number
  /** What is paid for the probability. */
  readonly confidence: number
  /** Lemma 6: the Hessian on samples may differ from the expected one. */
  readonly concentration: number
  /** Lemma 5: the loss is not quadratic. */
  readonly taylor: number
  /** The theorem's (6) without its O(n^{−3/4}): ε L̂ + (1 + ε) √(C H/n) + confidence. */
  readonly gap: number
  /** The same with concentration and taylor. */
  readonly total: number
}

/**
 * The generalisation bound of Theorem 1, every term a number.
 *
 *     L ≤ (1 + ε) L̂ + (1 + ε) √(C H/n) + ξ,    β = 1/(1 + ε)
 *     ξ = C log(1/δ') / (2β(1 − β)n) + s C₂ √(log(C₃ n/δ')/n) / (2β) + (1 + 1/β) C₁ s^{3/2}
 *     s = Tr Σ = √(C/(2(1 − β)² n)) ‖v‖²/√H,    C₂ = 4α√p,    C₃ = 12 p R C₁/(e α),    δ' = δ/(2·11)
 *
 * Of ε = 1, ½, …, 2⁻¹⁰ the one with the least gap; δ' pays for choosing, and for the two events of the proof.
 *
 * - Units: those of the loss.
 * - Errors: `ArgumentError` naming a number that is not finite or out of range.
 * - Source: Zhang et al., theorem 1 with equations (6), (18), (20) to (23) and lemma 6. Differs: the Σ printed in (23) is not symmetric;
 *   the one that makes its two terms equal and least is √(C/(2(1 − β)²n)) v vᵀ/√H, of rank one, so that (18) has Tr Σ for σ²√p.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { curvature } from "policygradex"
 *
 * const seen = { samples: 10_000, range: 1, training: 0, weighted: 0.04, square: 1, size: 100 }
 * const bound = curvature.hessianBound({ ...seen, norm: 1, lipschitz: 1, radius: 10, delta: 0.05 })
 * E.map(({ hessian, epsilon }: curvature.Bound) => hessian / (1 + epsilon))(bound) // => right(0.002)
 * ```
 */
export const hessianBound = (x: BoundInput): E.Either<ArgumentError, Bound> => {
  for (const [name, value] of Object.entries(x)) {
    if (!(Number.isFinite(value) && value >= 0)) return refuse(name, "a finite number >= 0", value)
  }
  if (!(x.samples >= 1)) return refuse("samples", "at least one", x.samples)
  if (!(x.delta > 0 && x.delta < 1)) return refuse("delta", "a probability in (0, 1)", x.delta)
  if (!(x.training <= x.range)) return refuse("training", `a mean loss of at most ${x.range}`, x.training)
  const all = EPSILONS.map((epsilon) => boundAt(x, epsilon))
  return E.right(all.reduce((best, b) => (b.gap < best.gap ? b : best)))
}

const refuse = (name: string, want: string, got: number): E.Either<ArgumentError, never> =>
  cannot(`bound a generalisation error by this ${name}`, want, String(got))

const EPSILONS: readonly number[] = Array.from({ length: 11 }, (_, i) => 2 ** -i)

const boundAt = (x: BoundInput, epsilon: number): Bound => {
  const { samples: n, range: c, weighted: h, size: p, norm: alpha, lipschitz: c1 } = x
  const grown = 1 + epsilon
  const delta = x.delta / (2 * EPSILONS.length)
  const hessian = grown * Math.sqrt((c * h) / n)
  const confidence = (c * grown * grown * log(1 / delta)) / (2 * epsilon * n)
  // 1 − β = ε/(1 + ε). Along v nothing curves where H is 0: then no Σ is the best.
  const trace =
    h > 0 ? ((grown / epsilon) * Math.sqrt(c / (2 * n)) * x.square) / Math.sqrt(h) : Number.POSITIVE_INFINITY
  const c3 = (12 * p * x.radius * c1) / (Math.E * alpha)
  const spread = alpha > 0 ? 4 * alpha * Math.sqrt((p * Math.max(0, log((c3 * n) / delta))) / n) : 0
  const concentration = spread === 0 ? 0 : (trace * spread * grown) / 2
  const taylor = c1 === 0 ? 0 : (2 + epsilon) * c1 * trace * Math.sqrt(trace)
  const gap = epsilon * x.training + hessian + confidence
  return {
    epsilon,
    training: grown * x.training,
    hessian,
    confidence,
    concentration,
    taylor,
    gap,
    total: gap + concentration + taylor
  }
}
