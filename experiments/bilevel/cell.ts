/** What the experiment on frozen lakes keeps of one cell, as data. */
import { Schema } from "effect"

const n = Schema.Number
const list = Schema.Array(n)

/** One iteration: means over tasks. */
export const Point = Schema.Struct({
  iteration: n,
  /** J(π*) − J(π_θ′), and without adaptation. */
  gap: n,
  unadapted: n,
  /** Upper bounds at this ϕ: with the smallest constants of the instance, and with the theorem's. */
  instance: n,
  theorem: n,
  /** Upper bounds by the tasks' centre and the meta-objective's measured error, likewise. */
  varianceInstance: n,
  varianceTheorem: n,
  /** What the lemmas lack because λ is small; part of the bounds. */
  shortfall: n,
  /** ‖∇F(ϕ)‖². */
  slopeSquared: n
})
export type Point = typeof Point.Type

export const Cell = Schema.Struct({
  variance: Schema.Literals(["high", "low"]),
  alg: Schema.Literals([1, 2, 3]),
  seed: n,
  lambda: n,
  /** Mean over tasks of J(π*). */
  best: n,
  points: Schema.Array(Point),
  /** At the tasks' centre: Var, A_max, ε, and the λ that the lemmas ask for. */
  about: Schema.Struct({ variance: n, largestAdvantage: n, leastVisits: n, sufficientLambda: n }),
  /** Mean returns after 0, 1, … adaptations (figure 1, left). */
  returns: Schema.Struct({ bilevel: list, random: list, maml: list }),
  /**
   * Gaps of the learned meta-policy: not adapted, by Alg(i), by one step of the policy gradient; of MAML's by its own step; and of
   * what Alg(i) learns and reaches with the λ that suits it best.
   */
  gaps: Schema.Struct({ none: n, adapted: n, policyGradient: n, maml: n, less: n }),
  /** The theorems' bound with the paper's λ put for its constants, as the paper draws it. */
  printedBound: n,
  /** Algorithm 1 with the theorems' λ and α. */
  theorem: Schema.Struct({
    lambda: n,
    rate: n,
    b: n,
    c: n,
    g: n,
    k: n,
    m: n,
    slopeBound: n,
    points: Schema.Array(Point)
  })
})
export type Cell = typeof Cell.Type
