import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../failure/mod.ts"
import {
  type Evaluation,
  evaluatePolicy,
  type Mdp,
  objectiveSlope,
  qSlope,
  softmax,
  softmaxSlope,
  visitationSlope
} from "../mdp/mod.ts"
import type { Solved, Weights, WithinTask } from "./within_task.ts"

/** A task adapted to. */
export interface AdaptedTask {
  /** The meta-policy on the task. */
  readonly before: Evaluation
  readonly solved: Solved
  /** The adapted policy on the task. */
  readonly after: Evaluation
}

/**
 * One-time policy adaptation: Q by the meta-policy, Alg(i), and what comes of it.
 *
 * - Shapes: `phi` `[n, m]`.
 * - Errors: those of Alg(i)'s `solve`.
 * - Source: Xu and Zhu, NeurIPS 2024, algorithm 1, lines 3 to 5.
 */
export const adaptTask = (
  alg: WithinTask,
  mdp: Mdp,
  phi: Float64Array,
  weights: Weights
): E.Either<ArgumentError, AdaptedTask> => {
  const before = evaluatePolicy(mdp, softmax(mdp.actions, phi))
  return E.map((solved: Solved) => {
    const after = evaluatePolicy(mdp, softmax(mdp.actions, solved.theta))
    return { before, solved, after }
  })(alg.solve(before, phi, weights))
}

/** ∇_ϕ J(π_θ′) and the ways that it came. */
export interface Hypergradient extends AdaptedTask {
  /** The sum of all ways `[n, m]`. */
  readonly gradient: Float64Array
  /** Through the distance, which is measured from ϕ. */
  readonly throughPrior: Float64Array
  /** Through Q^{π_ϕ}, by which θ′ was chosen. */
  readonly throughQ: Float64Array
  /** Through ν^{π_ϕ}: which states weighed how much; 0 for a divergence. */
  readonly throughVisitation: Float64Array
}

/**
 * The gradient of the adapted policy's return in the meta-parameter, exactly.
 *
 *     ∇_ϕ J(π_θ′) = Σ_s,a ∂J/∂π_θ′(a|s)·∇_ϕ π_θ′(a|s),   ∂J/∂π = (1 − γ)⁻¹·ν^{π_θ′}·Q^{π_θ′}
 *
 * ∇_ϕ π_θ′ by the implicit function theorem, never as a matrix: one linear system for each way back from θ′ to ϕ.
 *
 * - Shapes: `phi` and all gradients `[n, m]`.
 * - Errors: those of Alg(i)'s `solve` and `pull`.
 * - Source: Xu and Zhu, NeurIPS 2024, proposition 1 (divergences) and 2 (parameters), appendix C for Q.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { bilevel } from "policygradex"
 *
 * const bandit = { states: 1, actions: 2, gamma: 0, start: Float64Array.of(1), transition: Float64Array.of(1, 1), reward: Float64Array.of(1, 0) }
 * const g = bilevel.hypergradient(bilevel.reverseDivergence, bandit, new Float64Array(2), { lambda: 1 })
 * E.map(({ gradient }: bilevel.Hypergradient) => gradient.map((x) => Math.round(1e6 * x) / 1e6))(g)
 * // => right(Float64Array.of(0.196612, -0.196612))
 * ```
 */
export const hypergradient = (
  alg: WithinTask,
  mdp: Mdp,
  phi: Float64Array,
  weights: Weights
): E.Either<ArgumentError, Hypergradient> =>
  pipe(
    adaptTask(alg, mdp, phi, weights),
    E.chain((task) => {
      const { before, solved, after } = task
      const inPhi = (slope: Float64Array) => softmaxSlope(mdp.actions, before.policy, slope)
      return E.map(({ prior, q, visitation }: { prior: Float64Array; q: Float64Array; visitation: Float64Array }) => {
        const throughQ = inPhi(qSlope(before, q))
        const throughVisitation = inPhi(visitationSlope(before, visitation))
        const gradient = prior.map((x, i) => x + throughQ[i]! + throughVisitation[i]!)
        return { ...task, gradient, throughPrior: prior, throughQ, throughVisitation }
      })(alg.pull(before, phi, solved.theta, objectiveSlope(after), weights))
    })
  )
