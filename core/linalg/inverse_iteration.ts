import type { Tridiagonal } from "./tridiagonal.ts"

/**
 * Some eigenvectors of a symmetric tridiagonal matrix whose eigenvalues are known, by inverse iteration.
 *
 *     (T − λ I) x_{t+1} = x_t / ‖x_t‖
 *
 * Vectors whose eigenvalues are close to one another are kept orthogonal explicitly; far apart ones are orthogonal by
 * themselves. Costs O(n) a vector against O(n²) by QL, so it pays where few are wanted.
 *
 * - Shapes: `values` `[count]` in descending order; `z` receives `count` vectors of length n one after the other; `work` is
 *   `[6n]`.
 * - Errors: returns false if a vector's residual stays above rounding: use `tridiagonalVectors` then.
 * - Source: Golub and Van Loan, Matrix Computations, 4th edition, section 8.4.2; Wilkinson's choice of pivots.
 */
export const inverseIteration = (t: Diagonals, values: Float64Array, z: Float64Array, work: Float64Array): boolean => {
  const { diagonal, off } = t
  const n = diagonal.length
  let norm = 0
  for (let i = 0; i < n; i++) {
    const size = Math.abs(diagonal[i]!) + Math.abs(off[i]!) + (i + 1 < n ? Math.abs(off[i + 1]!) : 0)
    if (size > norm) norm = size
  }
  if (norm === 0) norm = 1
  const tiny = Number.EPSILON * norm
  const factors = { n, tiny, work }
  let clusterStart = 0
  let shift = 0
  for (let c = 0; c < values.length; c++) {
    const value = values[c]!
    const previous = shift
    if (c > 0 && values[c - 1]! - value > clusterGap * norm) clusterStart = c
    // Two equal shifts would give one vector twice; a few roundings apart they differ enough for the start to decide.
    shift = c > clusterStart && previous - value < 10 * tiny ? previous - 10 * tiny : value
    factorise(t, shift, factors)
    startVector(n, c, z, c * n)
    if (!refine(factors, z, c, clusterStart)) return false
  }
  return true
}

/** Eigenvalues nearer than this, relative to the norm, are one cluster; beyond it 1e-16/1e-3 of overlap is left. */
const clusterGap = 1e-3

/** Solves at most this often; two are nearly always enough. */
const maxSolves = 6

/** What is left of the tridiagonal matrix: its two diagonals `[n]`, as in `Tridiagonal`. */
type Diagonals = Pick<Tridiagonal, "diagonal" | "off">

/** L U = P (T − shift) in `work`: the three diagonals of U, the multipliers and whether rows i and i + 1 were exchanged. */
interface Factors {
  readonly n: number
  /** What a pivot is at least: a rounding of T. */
  readonly tiny: number
  /** `[6n]`. */
  readonly work: Float64Array
}

/** Solves for vector c of `z`, kept orthogonal to those from `clusterStart` on, until it stands; whether it does. */
const refine = (factors: Factors, z: Float64Array, c: number, clusterStart: number): boolean => {
  const { n, tiny } = factors
  const x = c * n
  // The solution of a unit right-hand side grows to 1/residual.
  const wanted = 1 / (32 * Math.sqrt(n) * tiny)
  let settled = 0
  for (let solves = 0; solves < maxSolves; solves++) {
    if (solves > 0) eliminate(factors, z, x)
    substitute(factors, z, x)
    const growth = normalise(n, z, x)
    for (let b = clusterStart; b < c; b++) {
      const y = b * n
      let overlap = 0
      for (let i = 0; i < n; i++) overlap += z[x + i]! * z[y + i]!
      for (let i = 0; i < n; i++) z[x + i] = z[x + i]! - overlap * z[y + i]!
    }
    const left = c > clusterStart ? normalise(n, z, x) : 1
    if (!(growth > 0 && left > 0)) return false
    settled = growth * left >= wanted ? settled + 1 : 0
    if (settled === 2) return true
  }
  return settled > 0
}

const factorise = ({ diagonal, off }: Diagonals, shift: number, { n, tiny, work }: Factors): void => {
  let u = diagonal[0]! - shift
  let v = n > 1 ? off[1]! : 0
  for (let i = 1; i < n; i++) {
    const e = off[i]!
    const d = diagonal[i]! - shift
    const next = i + 1 < n ? off[i + 1]! : 0
    const at = i - 1
    if (Math.abs(e) > Math.abs(u)) {
      const m = u / e
      work[at] = e
      work[n + at] = d
      work[2 * n + at] = next
      work[3 * n + at] = m
      work[4 * n + at] = 1
      u = v - m * d
      v = -m * next
    } else {
      if (u === 0) u = tiny
      const m = e / u
      work[at] = u
      work[n + at] = v
      work[2 * n + at] = 0
      work[3 * n + at] = m
      work[4 * n + at] = 0
      u = d - m * v
      v = next
    }
  }
  work[n - 1] = u
  work[2 * n - 1] = 0
  work[3 * n - 1] = 0
  for (let i = 0; i < n; i++) if (Math.abs(work[i]!) < tiny) work[i] = tiny
}

const eliminate = ({ n, work }: Factors, z: Float64Array, x: number): void => {
  for (let i = 0; i + 1 < n; i++) {
    const m = work[3 * n + i]!
    const a = z[x + i]!
    const b = z[x + i + 1]!
    if (work[4 * n + i] === 1) {
      z[x + i] = b
      z[x + i + 1] = a - m * b
    } else z[x + i + 1] = b - m * a
  }
}

const substitute = ({ n, work }: Factors, z: Float64Array, x: number): void => {
  let one = 0
  let two = 0
  for (let i = n - 1; i >= 0; i--) {
    const value = (z[x + i]! - work[n + i]! * one - work[2 * n + i]! * two) / work[i]!
    z[x + i] = value
    two = one
    one = value
  }
}

/** Scales the vector at x to length one; returns the length it had, 0 if that is not a positive finite number. */
const normalise = (n: number, z: Float64Array, x: number): number => {
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(z[x + i]!))
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return 0
  let sum = 0
  for (let i = 0; i < n; i++) {
    const value = z[x + i]! / largest
    sum += value * value
  }
  const length = Math.sqrt(sum)
  for (let i = 0; i < n; i++) z[x + i] = z[x + i]! / largest / length
  return largest * length
}

/** A fixed start that is orthogonal to nothing in particular; another one for each c. */
const startVector = (n: number, c: number, z: Float64Array, x: number): void => {
  let state = (Math.imul(c + 1, 0x9e3779b1) ^ 0x85ebca6b) | 0
  for (let i = 0; i < n; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    z[x + i] = (state >>> 8) / 0x1000000 - 0.5
  }
}
