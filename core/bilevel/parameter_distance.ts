import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import { cholesky, choleskySolve, eigenvalues, norm } from "../linalg/mod.ts"
import { type Evaluation, softmax, softmaxSlope } from "../mdp/mod.ts"
import { cannotAdapt, refusedLambda, type Solved, type Weights, type WithinTask } from "./within_task.ts"

const ITERATIONS = 200
/** Of the gradient's norm, in units of Q or of λ where that is larger: rounding of 2λ(θ − ϕ). */
const TOLERANCE = 1e-12
const toleranceAt = (lambda: number): number => TOLERANCE * Math.max(1, lambda)

/**
 * Alg(3): the distance is ‖θ − ϕ‖². States are apart, so that each is a problem of m numbers, solved by Newton's method from
 * ϕ, which comes to the nearest solution; there is one alone where λ is large enough (see `existence`).
 *
 *     max_θ  ν(s)·Σ_a π_θ(a|s)·Q(s, a) − λ·‖θ(s, ·) − ϕ(s, ·)‖²
 *
 * ν depends on ϕ, and other than of a divergence the solution depends on ν. Differs: proposition 2 holds ν fixed; what is left
 * out there is `visitation` here.
 *
 * - Source: Xu and Zhu, NeurIPS 2024, eq. (2), and proposition 2 with that term.
 */
export const parameterDistance: WithinTask = {
  id: 3,
  distance: "‖θ − ϕ‖²",
  solve: (at, phi, weights) => {
    const refused = refusedLambda(3, weights)
    if (refused !== undefined) return refused
    const { actions: m, states: n } = at.mdp
    const theta = phi.slice()
    let [residual, iterations] = [0, 0]
    for (let s = 0; s < n; s++) {
      const found = climb(rowOf(at, phi, s, weights), theta.subarray(s * m, (s + 1) * m))
      residual = Math.max(residual, found.residual)
      iterations = Math.max(iterations, found.iterations)
      if (!(found.residual <= toleranceAt(weights.lambda)))
        return cannotAdapt(
          3,
          `a gradient of norm <= ${toleranceAt(weights.lambda)}`,
          unsolved(s, found),
          "try a larger lambda"
        )
    }
    return E.right<ArgumentError, Solved>({ theta, residual, iterations })
  },
  apart: (at, phi, theta) => {
    const { actions: m } = at.mdp
    return at.visitation.map((_, s) => {
      const length = norm(theta.subarray(s * m, (s + 1) * m).map((x, a) => x - phi[s * m + a]!))
      return length * length
    })
  },
  pull: (at, phi, theta, slope, weights) => {
    const { actions: m, states: n } = at.mdp
    const policy = softmax(m, theta)
    const y = softmaxSlope(m, policy, slope)
    for (let s = 0; s < n; s++) {
      const bent = curvature(rowOf(at, phi, s, weights), theta.subarray(s * m, (s + 1) * m))
      const factor = cholesky(m, bent)
      if (E.isLeft(factor)) {
        const smallest = smallestCurvature(at, phi, theta, weights.lambda)
        const want = "a curvature that is positive definite at the solution"
        return cannotAdapt(3, want, `one whose smallest eigenvalue is ${smallest}`, mend(smallest, weights.lambda))
      }
      choleskySolve(m, factor.right, y.subarray(s * m, (s + 1) * m))
    }
    const visitation = new Float64Array(n)
    const q = softmaxSlope(m, policy, y)
    for (const [i, x] of q.entries()) {
      const s = Math.floor(i / m)
      visitation[s]! += x * at.q[i]!
      q[i] = at.visitation[s]! * x
    }
    return E.right({ prior: y.map((x) => 2 * weights.lambda * x), q, visitation })
  }
}

/** A little more than what makes the smallest eigenvalue 0. */
const ENOUGH = 1.1

const mend = (smallest: number, lambda: number): string =>
  `a damping of ${((-ENOUGH * smallest) / lambda).toPrecision(3)} would make it so, or a larger lambda`

const unsolved = (s: number, { residual, iterations }: Climbed): string =>
  `${residual} in state ${s} after ${iterations} Newton steps`

/** One state's problem. */
interface Row {
  readonly nu: number
  readonly q: Float64Array
  readonly phi: Float64Array
  readonly lambda: number
  readonly damping: number
}

const rowOf = (at: Evaluation, phi: Float64Array, s: number, { lambda, damping = 0 }: Weights): Row => {
  const m = at.mdp.actions
  const [from, to] = [s * m, (s + 1) * m]
  return { nu: at.visitation[s]!, q: at.q.subarray(from, to), phi: phi.subarray(from, to), lambda, damping }
}

const worth = ({ nu, q, phi, lambda }: Row, theta: Float64Array): number => {
  const length = norm(theta.map((x, a) => x - phi[a]!))
  return nu * softmax(q.length, theta).reduce((sum, p, a) => sum + p * q[a]!, 0) - lambda * length * length
}

/** ∇ of a state's objective: ν·π(a)·(Q(a) − πᵀQ) − 2λ(θ − ϕ). */
const ascent = ({ nu, q, phi, lambda }: Row, theta: Float64Array): Float64Array =>
  softmaxSlope(q.length, softmax(q.length, theta), q).map((g, a) => nu * g - 2 * lambda * (theta[a]! - phi[a]!))

/**
 * −∇² of a state's objective, damped.
 *
 *     C = 2λI + ν·(π gᵀ + g πᵀ − diag g) + λ·damping·I,   g(a) = π(a)·(Q(a) − πᵀQ)
 *
 * - Shapes: `[m, m]`.
 */
const curvature = ({ nu, q, lambda, damping }: Row, theta: Float64Array): Float64Array => {
  const m = q.length
  const policy = softmax(m, theta)
  const g = softmaxSlope(m, policy, q)
  return Float64Array.from({ length: m * m }, (_, i) => {
    const [a, b] = [Math.floor(i / m), i % m]
    const diagonal = a === b ? lambda * (2 + damping) - nu * g[a]! : 0
    return diagonal + nu * (policy[a]! * g[b]! + g[a]! * policy[b]!)
  })
}

/** The smallest eigenvalue of −∇² of Alg(3)'s objective at θ, over all states, without damping. */
export const smallestCurvature = (at: Evaluation, phi: Float64Array, theta: Float64Array, lambda: number): number => {
  const { actions: m, states: n } = at.mdp
  let smallest = Number.POSITIVE_INFINITY
  for (let s = 0; s < n; s++) {
    const bent = curvature(rowOf(at, phi, s, { lambda }), theta.subarray(s * m, (s + 1) * m))
    smallest = Math.min(smallest, eigenvalues(m, bent).at(-1) ?? Number.NaN)
  }
  return smallest
}

interface Climbed {
  readonly residual: number
  readonly iterations: number
}

/** The least curvature that a step is taken by, in units of λ, and what it is lifted to where there is less. */
const [LEAST, LIFTED] = [1e-3, 0.1]

/** Newton's method with what curvature lacks added, and steps halved until they go up; θ in place. */
const climb = (row: Row, theta: Float64Array): Climbed => {
  const m = row.q.length
  const tolerance = toleranceAt(row.lambda)
  for (let iterations = 0; ; iterations++) {
    const g = ascent(row, theta)
    const residual = norm(g)
    if (residual <= tolerance || iterations === ITERATIONS) return { residual, iterations }
    const bent = curvature({ ...row, damping: 0 }, theta)
    const least = eigenvalues(m, bent).at(-1) ?? 0
    if (least < LEAST * row.lambda) for (let a = 0; a < m; a++) bent[a * m + a]! += LIFTED * row.lambda - least
    const factor = cholesky(m, bent)
    if (E.isLeft(factor)) return { residual, iterations }
    const step = g.slice()
    choleskySolve(m, factor.right, step)
    const before = worth(row, theta)
    for (let scale = 1; scale > 1e-8; scale /= 2) {
      const next = theta.map((x, a) => x + scale * step[a]!)
      // Near the top no digits of the objective are left to tell by; the gradient still has them.
      const flat = Math.abs(worth(row, next) - before) <= tolerance
      if (!(flat ? norm(ascent(row, next)) < residual : worth(row, next) > before)) continue
      theta.set(next)
      break
    }
  }
}
