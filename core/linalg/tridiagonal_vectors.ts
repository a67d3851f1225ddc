/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix, in place: Z ← Z Q with T = Q Λ Qᵀ.
 *
 * A sweep's rotations are first found, then applied to four rows of Z at a time: each entry is loaded and stored once a
 * rotation, and four rows hide the latency of one another.
 *
 * - Shapes: `diagonal`, `off` are `[n]`, `off[r]` coupling r − 1 and r; both are overwritten, `diagonal` with the
 *   eigenvalues in no order; `z` is `[any, n]` row-major, on return with the eigenvector of `diagonal[i]` in
 *   column i if it held I, or with those rows of the eigenvectors whose rows of I it held; `rotations` is `[2n]`.
 * - Errors: returns false if an eigenvalue has not settled after 60 sweeps, which only non-finite input brings about.
 * - Source: Golub and Van Loan, Matrix Computations, 4th edition, section 8.3.3.
 */
export const tridiagonalVectors = (
  n: number,
  diagonal: Float64Array,
  off: Float64Array,
  z: Float64Array,
  rotations: Float64Array
): boolean => {
  const d = diagonal
  const e = off
  for (let i = 1; i < n; i++) e[i - 1] = e[i]!
  if (n > 0) e[n - 1] = 0
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      const m = firstNegligible(n, l, d, e)
      if (m === l) break
      if (sweep === maxSweeps) return false
      // Wilkinson's shift: the eigenvalue of the leading 2 x 2 block that is nearer to d[l].
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!)
      let r = Math.sqrt(g * g + 1)
      g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r))
      let s = 1
      let c = 1
      let p = 0
      let i = m - 1
      for (; i >= l; i--) {
        const f = s * e[i]!
        const b = c * e[i]!
        r = hypotenuse(f, g)
        e[i + 1] = r
        if (r === 0) {
          // The matrix has split at i: take back the part of the shift that is pending and start again.
          d[i + 1] = d[i + 1]! - p
          e[m] = 0
          break
        }
        s = f / r
        c = g / r
        g = d[i + 1]! - p
        const t = (d[i]! - g) * s + 2 * c * b
        p = s * t
        d[i + 1] = g + p
        g = c * t - b
        rotations[2 * i] = c
        rotations[2 * i + 1] = s
      }
      rotateColumns(n, z, rotations, i + 1, m)
      if (i >= l) continue
      d[l] = d[l]! - p
      e[l] = g
      e[m] = 0
    }
  }
  return true
}

const maxSweeps = 60

/** An off-diagonal entry this small is zero, even between two zeros; the entries of `tridiagonalise` are 0 or over 1e-30. */
const vanishing = 1e-45

/** √(f² + g²) also where the squares underflow: a rotation must have length one however small what it turns. */
const hypotenuse = (f: number, g: number): number => {
  const square = f * f + g * g
  if (square > 1e-280) return Math.sqrt(square)
  const largest = Math.max(Math.abs(f), Math.abs(g))
  if (largest === 0) return 0
  const x = f / largest
  const y = g / largest
  return largest * Math.sqrt(x * x + y * y)
}

/** The first m >= l at which e[m] no longer matters beside its neighbours, or n − 1. */
const firstNegligible = (n: number, l: number, d: Float64Array, e: Float64Array): number => {
  let m = l
  for (; m < n - 1; m++) {
    const size = Math.abs(d[m]!) + Math.abs(d[m + 1]!)
    if (Math.abs(e[m]!) <= Number.EPSILON * size + vanishing) break
  }
  return m
}

/** Applies rotations m − 1 … first to rows of n columns, rotation i acting on columns i and i + 1. */
const rotateColumns = (n: number, z: Float64Array, rotations: Float64Array, first: number, m: number): void => {
  const rows = z.length / n
  let row = 0
  for (; row + 3 < rows; row += 4) {
    const z0 = row * n
    const z1 = z0 + n
    const z2 = z1 + n
    const z3 = z2 + n
    let f0 = z[z0 + m]!
    let f1 = z[z1 + m]!
    let f2 = z[z2 + m]!
    let f3 = z[z3 + m]!
    for (let i = m - 1; i >= first; i--) {
      const c = rotations[2 * i]!
      const s = rotations[2 * i + 1]!
      const x0 = z[z0 + i]!
      const x1 = z[z1 + i]!
      const x2 = z[z2 + i]!
      const x3 = z[z3 + i]!
      z[z0 + i + 1] = s * x0 + c * f0
      z[z1 + i + 1] = s * x1 + c * f1
      z[z2 + i + 1] = s * x2 + c * f2
      z[z3 + i + 1] = s * x3 + c * f3
      f0 = c * x0 - s * f0
      f1 = c * x1 - s * f1
      f2 = c * x2 - s * f2
      f3 = c * x3 - s * f3
    }
    z[z0 + first] = f0
    z[z1 + first] = f1
    z[z2 + first] = f2
    z[z3 + first] = f3
  }
  for (; row < rows; row++) {
    const z0 = row * n
    let f = z[z0 + m]!
    for (let i = m - 1; i >= first; i--) {
      const c = rotations[2 * i]!
      const s = rotations[2 * i + 1]!
      const x = z[z0 + i]!
      z[z0 + i + 1] = s * x + c * f
      f = c * x - s * f
    }
    z[z0 + first] = f
  }
}
