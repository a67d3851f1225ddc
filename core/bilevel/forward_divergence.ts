import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import { log } from "../math/mod.ts"
import { rowDivergence, softmax, softmaxSlope } from "../mdp/mod.ts"
import { cannotAdapt, refusedLambda, type Solved, type WithinTask, withinSimplex } from "./within_task.ts"

const ITERATIONS = 100
/** Rounding of a sum of a few terms. */
const TOLERANCE = 1e-14

/**
 * Alg(1): the distance is KL(π_ϕ ‖ π), and a state's solution has one unknown.
 *
 *     π(a|s) = λ·π_ϕ(a|s)/(μ − Q(s, a)),   Σ_a π(a|s) = 1,   μ > max_a Q(s, a)
 *
 * 1/Σ_a π(a|s) is concave in μ, so that Newton's steps from below come up to the root and never pass it.
 *
 * - Source: Xu and Zhu, NeurIPS 2024, lemma 5 (26) for the form; (21) and (22) for M and the mixed derivative.
 */
export const forwardDivergence: WithinTask = {
  id: 1,
  distance: "KL(π_ϕ ‖ π)",
  solve: (at, phi, weights) => {
    const refused = refusedLambda(1, weights)
    if (refused !== undefined) return refused
    const { lambda } = weights
    const { actions: m, states: n } = at.mdp
    const odd = at.policy.findIndex((p) => !(p > 0))
    if (odd >= 0)
      return cannotAdapt(1, "a meta-policy that takes every action with a probability above 0", never(odd, m), FIX)
    const theta = new Float64Array(n * m)
    let [residual, iterations] = [0, 0]
    for (let s = 0; s < n; s++) {
      const found = multiplier(at.policy.subarray(s * m, (s + 1) * m), at.q.subarray(s * m, (s + 1) * m), lambda)
      if (E.isLeft(found)) return cannotAdapt(1, `state ${s} solved to ${TOLERANCE}`, found.left)
      for (const [a, lack] of found.right.lack.entries()) theta[s * m + a] = phi[s * m + a]! - log(lack)
      residual = Math.max(residual, found.right.residual)
      iterations = Math.max(iterations, found.right.iterations)
    }
    return E.right<ArgumentError, Solved>({ theta, residual: lambda * residual, iterations })
  },
  apart: (at, _phi, theta) => {
    const { actions: m } = at.mdp
    const policy = softmax(m, theta)
    return at.visitation.map((nu, s) => (nu === 0 ? 0 : nu * rowDivergence(at.policy, policy, s * m, m)))
  },
  pull: (at, _phi, theta, slope, { lambda, damping = 0 }) => {
    const { actions: m } = at.mdp
    const policy = softmax(m, theta)
    const inverse = policy.map((p, i) => 1 / (lambda * (at.policy[i]! / (p * p) + damping)))
    const w = withinSimplex(m, inverse, slope)
    const inPolicy = w.map((x, i) => (lambda * x) / policy[i]!)
    return E.right({ prior: softmaxSlope(m, at.policy, inPolicy), q: w, visitation: new Float64Array(at.mdp.states) })
  }
}

const FIX = "use Alg(2), or logits that lie closer together"

const never = (at: number, actions: number): string =>
  `a probability of 0 in state ${Math.floor(at / actions)}, action ${at % actions}`

/** μ − Q(a) of one state: as μ − max Q and what each Q lacks of it, so that no digits are lost where both are small. */
const multiplier = (
  prior: Float64Array,
  q: Float64Array,
  lambda: number
): E.Either<string, { readonly lack: Float64Array; readonly residual: number; readonly iterations: number }> => {
  const top = Math.max(...q)
  // No probability is above 1.
  let above = prior.reduce((most, p, a) => Math.max(most, lambda * p - (top - q[a]!)), 0)
  let residual = Number.POSITIVE_INFINITY
  for (let iterations = 0; iterations < ITERATIONS; iterations++) {
    const lack = q.map((x) => above + (top - x))
    let [sum, slope] = [0, 0]
    for (const [a, p] of prior.entries()) {
      const part = (lambda * p) / lack[a]!
      sum += part
      slope += part / lack[a]!
    }
    residual = Math.abs(sum - 1)
    if (residual <= TOLERANCE) return E.right({ lack, residual, iterations })
    above += (sum * (sum - 1)) / slope
  }
  return E.left(`probabilities that miss 1 by ${residual} after ${ITERATIONS} Newton steps`)
}
