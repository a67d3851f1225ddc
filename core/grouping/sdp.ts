import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import { anderson } from "./anderson.ts"
import { type Certificate, certificate } from "./certificate.ts"
import { closedForm } from "./closed_form.ts"
import { refuse } from "./error.ts"
import { type Normalised, normalise } from "./normalise.ts"
import { diagonalAt, innerProduct, packedLength } from "./packed.ts"
import type { Form, Relaxation, SolverState } from "./relaxation.ts"
import { type SpectralSet, spectralSet } from "./spectral_set.ts"

/** How hard to try. */
export interface SolverOptions {
  /** Stop at this certified gap, relative to what the best X gains over e eᵀ/n. */
  readonly tolerance: number
  /** Stop after so many iterations, whatever the gap; by default {@link iterationBudget} of the number of tasks. */
  readonly maxIterations: number
  /** Start here instead of at the centre: the `state` of a solve of the same n. */
  readonly start?: SolverState | undefined
}

/** Finer than the 1e-5 that the figures of this project are given to. */
export const solverDefaults: Pick<SolverOptions, "tolerance"> = { tolerance: 4e-6 }

/** An iteration is one eigendecomposition, about 4/3 n³ multiplications; so many n³ take about half a second. */
const work = 8e8

/** Matrices whose groups show clearly, and such of noise alone, converge in 30 to 90 iterations at any size. */
const fewest = 100

/** Of few tasks; matrices that span many orders of magnitude need them. */
const most = 50_000

/**
 * Iterations that a solve of n tasks may take: as many as a fixed amount of work allows, counted and not timed, so that every
 * machine stops at the same one.
 *
 * Near the noise at which groups are lost the iteration needs thousands; what is left after a few dozen is some thousandths of the
 * objective, less than rounding to groups loses there.
 *
 * @example
 * iterationBudget(200) // => 100
 */
export const iterationBudget = (n: number): number => Math.max(fewest, Math.min(most, Math.floor(work / (n * n * n))))

/** Iterations between two looks at the gap, and between two changes of σ. */
const checkEvery = 10
const balanceEvery = 20
const relaxationFactor = 1.6
const andersonMemory = 12

/**
 * Solves the relaxation (7) of grouping tasks by affinity.
 *
 *     maximise <U, X>  (or <U, X> − λ tr X)    subject to X e = e, X ⪰ 0, X >= 0, and tr X = k  (or nothing)
 *
 * Alternating directions between the spectral set C, which holds every constraint but X >= 0, and the non-negative
 * matrices, as one fixed-point map of one matrix M:
 *
 *     X = proj_C(|M| + U/σ),    F = X − max(M, 0),    M ← M + ρ F,    S = σ max(−M, 0)
 *
 * accelerated by Anderson's method; σ is adapted until neither X nor S is what the other waits for. Every tenth step
 * makes a feasible X and a bound from S (see `certificate`), and the solve ends when the two are close enough: what is
 * returned is right whatever the iteration did.
 *
 * - Shapes: `u` is the symmetric part of U as a packed triangle of n rows; so is the result.
 * - Units: those of U.
 * - Errors: `ArgumentError` where n < 1, k < 1 or k > n (no X exists: X e = e puts an eigenvalue 1 in X, and a stochastic
 *   X ⪰ 0 has none above it), or k, λ or an entry of U is not finite.
 * - Source: (7) of Zhang et al., Scalable multi-objective and meta reinforcement learning via gradient estimation (2025).
 *   Differs: (7) prints both tr X = k and the price; each is its own form here. Splitting: Douglas and Rachford as in
 *   Eckstein and Bertsekas, Math. Program. 55 (1992), 293.
 *
 * @example Two tasks that like each other and one that does not
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { grouping } from "policygradex"
 *
 * const u = grouping.packSymmetric(3, [1, 1, 0, 1, 1, 0, 0, 0, 1])
 * const solved = grouping.sdp(3, u, { kind: "groups", k: 2 })
 * E.map((r: grouping.Relaxation) => r.objective.toFixed(6))(solved) // => right("3.000000")
 * ```
 */
export const sdp = (
  n: number,
  u: Float64Array,
  form: Form,
  options: Partial<SolverOptions> = {}
): E.Either<ArgumentError, Relaxation> => {
  const settings = { ...solverDefaults, maxIterations: iterationBudget(n), ...options }
  if (!Number.isInteger(n) || n < 1) return refuse("U", "at least one task", `${n} rows`)
  if (u.length !== packedLength(n)) return refuse("U", `${packedLength(n)} packed entries`, String(u.length))
  const odd = u.findIndex((x) => !Number.isFinite(x))
  if (odd >= 0) return refuse(`U, packed entry ${odd}`, "a finite number", String(u[odd]))
  if (form.kind === "groups" && !(form.k >= 1 && form.k <= n))
    return refuse("k", `a number of groups from 1 to ${n}, the number of tasks`, String(form.k))
  if (form.kind === "price" && !Number.isFinite(form.lambda))
    return refuse("lambda", "a finite number", `${form.lambda}`)
  return E.right(closedForm(n, u, form) ?? iterate(normalise(n, u), u, form, settings))
}

const iterate = (normalised: Normalised, u: Float64Array, form: Form, options: SolverOptions): Relaxation => {
  const { n, matrix } = normalised
  const length = matrix.length
  const set = spectralSet(n, form.kind === "groups" ? { kind: "fixed", k: form.k } : { kind: "free" })
  const price = form.kind === "price" ? (form.lambda - normalised.shift) / normalised.scale : 0
  const evidence = certificate(set, normalised, u, form, price)
  const accelerate = anderson(length, andersonMemory)
  const target = new Float64Array(length)
  const x = new Float64Array(length)
  const f = new Float64Array(length)
  const g = new Float64Array(length)
  const sizeOfU = Math.sqrt(innerProduct(n, matrix, matrix))
  const plainSigma = firstSigma(set, matrix)
  const m = startPoint(n, form, plainSigma, options.start)
  let sigma = plainSigma
  let dualResidual = 0
  let iterations = 0
  // No multipliers at all prove a bound too: with it what is returned is valid after any number of iterations.
  evidence.bound(x, 0)
  while (iterations < options.maxIterations && !evidence.reached(options.tolerance)) {
    iterations++
    const inverse = 1 / sigma
    for (let p = 0; p < length; p++) target[p] = Math.abs(m[p]!) + matrix[p]! * inverse
    if (!set.project(target, price * inverse, x)) break
    for (let p = 0; p < length; p++) {
      const step = x[p]! - Math.max(0, m[p]!)
      f[p] = step
      g[p] = m[p]! + relaxationFactor * step
    }
    const primal = Math.sqrt(innerProduct(n, f, f))
    const last = iterations === options.maxIterations
    if (iterations % checkEvery === 0 || last) {
      evidence.bound(m, sigma)
      evidence.candidates(x, options.tolerance, last)
    }
    const relativeStep = primal / Math.sqrt(innerProduct(n, x, x))
    dualResidual = (sigma * stepOfMultipliers(n, m, f)) / sizeOfU
    accelerate.next(m, f, g, primal)
    if (iterations % balanceEvery === 0) {
      const ratio = dualResidual > 0 ? (patience * relativeStep) / dualResidual : 1
      const wanted = sigma * Math.min(2, Math.max(0.5, Math.sqrt(ratio)))
      const factor = Math.min(plainSigma * farthestSigma, Math.max(plainSigma / farthestSigma, wanted)) / sigma
      if (factor > 1.3 || factor < 1 / 1.3) {
        sigma *= factor
        // S = σ max(−M, 0) is what stays as it is.
        for (let p = 0; p < length; p++) if (m[p]! < 0) m[p] = m[p]! / factor
        accelerate.reset()
      }
    }
  }
  return finish(evidence, { n, point: m, sigma }, dualResidual, iterations, options.tolerance)
}

const finish = (
  evidence: Certificate,
  state: SolverState,
  dualResidual: number,
  iterations: number,
  tolerance: number
): Relaxation => ({
  n: state.n,
  ...evidence.result(),
  dualResidual,
  iterations,
  converged: evidence.reached(tolerance),
  state
})

/** σ stays within this factor of its first value: beyond it eigenvalues of U/σ lose the digits that X needs. */
const farthestSigma = 1e4

/** X is to arrive this much before S: a bound is made from any S, a feasible matrix only from a nearly feasible X. */
const patience = 4

/** Frobenius norm of the part of F that moves X, where M is positive: what S/σ must give way to in the next step. */
const stepOfMultipliers = (n: number, m: Float64Array, f: Float64Array): number => {
  let square = 0
  for (let i = 0, p = 0; i < n; i++)
    for (let j = 0; j <= i; j++, p++) if (m[p]! > 0) square += (i === j ? 1 : 2) * f[p]! * f[p]!
  return Math.sqrt(square)
}

/** σ that makes U/σ about as large as X: X has eigenvalues up to one. */
const firstSigma = (set: SpectralSet, matrix: Float64Array): number => {
  const spectrum = set.spectrum(matrix)
  if (spectrum === undefined) return 1
  return 1.5 * Math.max(Math.abs(spectrum[0]!), Math.abs(spectrum[spectrum.length - 1]!))
}

/** The centre of the set, or X and S where another solve ended, for this σ. */
const startPoint = (n: number, form: Form, sigma: number, start: SolverState | undefined): Float64Array => {
  if (start !== undefined && start.n === n) return start.point.map((x) => (x < 0 ? (x * start.sigma) / sigma : x))
  const share = form.kind === "groups" ? (form.k - 1) / (n - 1) : 0.5
  const out = new Float64Array((n * (n + 1)) / 2).fill((1 - share) / n)
  for (let i = 0; i < n; i++) out[diagonalAt(i)] = out[diagonalAt(i)]! + share
  return out
}
