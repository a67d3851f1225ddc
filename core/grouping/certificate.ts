import { eigenvalues } from "../linalg/mod.ts"
import { anderson } from "./anderson.ts"
import { evaluationError } from "./evaluation.ts"
import type { Normalised } from "./normalise.ts"
import { addToDiagonal, innerProduct, packedTrace, rowSums, unpackRows } from "./packed.ts"
import { labelsByThreshold, partitionMatrix } from "./partition_matrix.ts"
import type { Form } from "./relaxation.ts"
import type { SpectralSet } from "./spectral_set.ts"

/**
 * The best feasible matrix and the least upper bound seen in a solve.
 *
 * Bound: for any S >= 0 and any feasible X, <U, X> <= <U + S, X> <= max over C of <U + S, ·>, which is a sum of
 * eigenvalues. So each S of the iteration proves a bound, converged or not; what rounding may have cost is added.
 *
 * Feasible matrix: X of the iteration is in C but may have entries down to −δ. Mixing it with the centre of C, whose
 * entries are all positive, mends that exactly, at a price of n δ; alternating projections onto C and the non-negative
 * matrices, accelerated, first bring δ close to zero at a price of about δ. Where X has become a partition the partition itself is tried.
 */
export interface Certificate {
  /** Takes in the bound that S = σ max(−M, 0) proves. */
  readonly bound: (m: Float64Array, sigma: number) => void
  /** Takes in the feasible matrices made from X, trying harder where that may end the solve or this is the `last` X. */
  readonly candidates: (x: Float64Array, tolerance: number, last: boolean) => void
  /** Whether the gap is at most the tolerance times what the best X gains over e eᵀ/n. */
  readonly reached: (tolerance: number) => boolean
  /** What was found, in the units of U. */
  readonly result: () => Found
}

/** The part of a `Relaxation` that is proved. */
export interface Found {
  readonly matrix: Float64Array
  readonly objective: number
  readonly bound: number
  readonly primalResidual: number
}

/** Alternating projections: at most this many, mixed and measured every third, with so much memory. */
const restorations = 12

/** So many where X is not there yet: more would mend less than what it lacks, and such an X costs all its eigenvectors. */
const restorationsOfLast = 6
const restorationMemory = 8

/** They are tried once mixing alone has come within this many tolerances: what they gain, about. */
const restorable = 40

/** A gain below this share of the size of Ũ is measured against that share: near zero relative means nothing. */
const leastGain = 1e-3

/** An empty certificate for one problem; `price` is λ in the units of Ũ. */
export const certificate = (
  set: SpectralSet,
  normalised: Normalised,
  u: Float64Array,
  form: Form,
  price: number
): Certificate => {
  const { n, matrix } = normalised
  const shifted = new Float64Array(matrix.length)
  const trial = new Float64Array(matrix.length)
  const clipped = new Float64Array(matrix.length)
  const projected = new Float64Array(matrix.length)
  const sums = new Float64Array(n)
  const share = form.kind === "groups" ? (form.k - 1) / (n - 1) : 0
  const centreEntry = (1 - share) / n
  // The centre of C, which is feasible.
  const best = new Float64Array(matrix.length).fill(centreEntry)
  addToDiagonal(n, best, share)
  let least = Number.POSITIVE_INFINITY
  let restoreFrom = Number.POSITIVE_INFINITY

  const gain = (x: Float64Array): number => innerProduct(n, matrix, x) - price * (packedTrace(n, x) - 1)
  let gained = gain(best)
  const take = (x: Float64Array): void => {
    const value = gain(x)
    if (value > gained) {
      gained = value
      best.set(x)
    }
  }
  // Beside a price of many times the size of Ũ the rounding of tr X counts.
  const floor = leastGain * Math.max(1, 1e-5 * Math.abs(price))
  const gap = (value: number): number => (least - value) / Math.max(Math.abs(value), floor)
  const mix = (x: Float64Array): void => {
    const lowest = lowestEntry(x)
    const t = lowest < 0 ? -lowest / (centreEntry - lowest) : 0
    // Rounding in (1 − t)·lowest + t·centreEntry must not leave a negative zero's neighbour behind.
    for (let p = 0; p < x.length; p++) x[p] = Math.max(0, x[p]! + t * (centreEntry - x[p]!))
    if (t > 0) addToDiagonal(n, x, t * share)
  }
  const restore = (start: Float64Array, tolerance: number, rounds: number): void => {
    const accelerate = anderson(start.length, restorationMemory)
    const step = new Float64Array(start.length)
    shifted.set(start)
    for (let round = 1; round <= rounds && !reached(tolerance); round++) {
      for (let p = 0; p < shifted.length; p++) clipped[p] = Math.max(0, shifted[p]!)
      if (!set.project(clipped, 0, projected)) return
      if (round % 3 === 0) {
        trial.set(projected)
        mix(trial)
        take(trial)
      }
      for (let p = 0; p < step.length; p++) step[p] = projected[p]! - shifted[p]!
      accelerate.next(shifted, step, projected, Math.sqrt(innerProduct(n, step, step)))
    }
  }
  const reached = (tolerance: number): boolean => gap(gained) <= tolerance

  return {
    reached,
    bound: (m, sigma) => {
      for (let p = 0; p < m.length; p++) shifted[p] = matrix[p]! + sigma * Math.max(0, -m[p]!)
      const size = Math.sqrt(innerProduct(n, shifted, shifted))
      // Householder's reduction and QL are backward stable: each eigenvalue is right to a modest multiple of ε‖W‖.
      const allowance = 4 * n * Number.EPSILON * size * (form.kind === "groups" ? form.k : n)
      const proved = set.support(shifted, price) + allowance
      if (proved < least) least = proved
    },
    candidates: (x, tolerance, last) => {
      const raw = gap(gain(x))
      trial.set(x)
      mix(trial)
      const mixed = gap(gain(trial))
      take(trial)
      const labels = labelsByThreshold(n, x)
      if (form.kind === "price" || labels.k === form.k) take(partitionMatrix(n, labels.labels, labels.k))
      if (reached(tolerance) || (!last && (raw > tolerance || mixed > Math.min(restoreFrom, restorable * tolerance))))
        return
      restore(x, tolerance, last && raw > tolerance ? restorationsOfLast : restorations)
      // What is left shrinks with what mixing alone leaves: wait until it would be enough.
      restoreFrom = mixed * Math.min(0.9, tolerance / gap(gained))
    },
    result: () => {
      const matrix = best.slice()
      const { mean, shift, scale, rounding } = normalised
      const asked = form.kind === "groups" ? 0 : Math.abs(form.lambda)
      const size = Math.abs(mean) + n * (Math.abs(shift) + asked) + scale * Math.abs(least)
      const units = form.kind === "groups" ? shift * (form.k - 1) : -form.lambda
      return {
        matrix,
        objective: innerProduct(n, u, matrix),
        bound: mean + units + scale * least + n * rounding + evaluationError(n, u) + 4 * Number.EPSILON * size,
        primalResidual: violation(n, matrix, sums, form)
      }
    }
  }
}

const lowestEntry = (x: Float64Array): number => {
  let lowest = 0
  for (let p = 0; p < x.length; p++) lowest = Math.min(lowest, x[p]!)
  return lowest
}

/** Largest violation of the constraints of (7). */
export const violation = (n: number, x: Float64Array, sums: Float64Array, form: Form): number => {
  rowSums(n, x, sums)
  let worst = -lowestEntry(x)
  for (let i = 0; i < n; i++) worst = Math.max(worst, Math.abs(sums[i]! - 1))
  if (form.kind === "groups") worst = Math.max(worst, Math.abs(packedTrace(n, x) - form.k))
  const values = eigenvalues(n, Float64Array.from(unpackRows(n, x).flat()))
  return Math.max(worst, -values[n - 1]!)
}
