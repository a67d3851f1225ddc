import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import { rowDivergence, softmax } from "../mdp/mod.ts"
import { refusedLambda, type Solved, type WithinTask, withinSimplex } from "./within_task.ts"

/**
 * Alg(2): the distance is KL(π ‖ π_ϕ), and the solution is one step of the exact natural policy gradient.
 *
 *     π(a|s) ∝ π_ϕ(a|s)·exp(Q(s, a)/λ),   θ′ = ϕ + Q/λ
 *
 * - Source: Xu and Zhu, NeurIPS 2024, eq. (1) and (17) for the distance D_2; (31) and (32) for M and the mixed derivative.
 */
export const reverseDivergence: WithinTask = {
  id: 2,
  distance: "KL(π ‖ π_ϕ)",
  solve: (at, phi, weights) =>
    refusedLambda(2, weights) ??
    E.right<ArgumentError, Solved>({
      theta: phi.map((x, i) => x + at.q[i]! / weights.lambda),
      residual: 0,
      iterations: 0
    }),
  apart: (at, _phi, theta) => {
    const { actions: m } = at.mdp
    const policy = softmax(m, theta)
    return at.visitation.map((nu, s) => (nu === 0 ? 0 : nu * rowDivergence(policy, at.policy, s * m, m)))
  },
  pull: (at, _phi, theta, slope, { lambda, damping = 0 }) => {
    const { actions: m } = at.mdp
    const inverse = softmax(m, theta).map((p) => 1 / (lambda * (1 / p + damping)))
    const w = withinSimplex(m, inverse, slope)
    // λ Σ_a w(a)·∇log π_ϕ(a|s), and w adds up to 0.
    return E.right({ prior: w.map((x) => lambda * x), q: w, visitation: new Float64Array(at.mdp.states) })
  }
}
