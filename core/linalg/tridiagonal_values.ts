/**
 * Eigenvalues of a symmetric tridiagonal matrix by the root-free implicit QL iteration, in place.
 *
 * Rotations act on the squares of the off-diagonal, so a step costs two divisions and no root: about two thirds of the
 * time of the iteration that also turns vectors.
 *
 * - Shapes: `diagonal`, `off` are `[n]`, `off[r]` coupling r − 1 and r; both are overwritten, `diagonal` with the
 *   eigenvalues in no order.
 * - Errors: returns false if an eigenvalue has not settled after 60 sweeps, which only non-finite input brings about.
 * - Source: Parlett, The Symmetric Eigenvalue Problem, section 8.15 (Pal, Walker and Kahan's variant).
 */
export const tridiagonalValues = (n: number, diagonal: Float64Array, off: Float64Array): boolean => {
  const d = diagonal
  const square = off
  for (let i = 1; i < n; i++) square[i - 1] = off[i]! * off[i]!
  if (n > 0) square[n - 1] = 0
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      const m = firstNegligible(n, l, d, square)
      if (m === l) break
      if (sweep === maxSweeps) return false
      const root = Math.sqrt(square[l]!)
      const half = (d[l + 1]! - d[l]!) / (2 * root)
      const length = Math.sqrt(half * half + 1)
      // Wilkinson's shift: the eigenvalue of the leading 2 x 2 block that is nearer to d[l].
      const shift = d[l]! - root / (half + (half >= 0 ? length : -length))
      let c = 1
      let s = 0
      let gamma = d[m]! - shift
      let p = gamma * gamma
      for (let i = m - 1; i >= l; i--) {
        const below = square[i]!
        const r = p + below
        if (i < m - 1) square[i + 1] = s * r
        const previous = c
        const inverse = 1 / r
        c = p * inverse
        s = below * inverse
        const old = gamma
        const entry = d[i]!
        gamma = c * (entry - shift) - s * old
        d[i + 1] = old + (entry - gamma)
        p = c === 0 ? previous * below : (gamma * gamma) / c
      }
      square[l] = s * p
      d[l] = shift + gamma
    }
  }
  return true
}

const maxSweeps = 60

/** A square this small is zero, even between two zeros; the entries of `tridiagonalise` are 0 or over 1e-30. */
const vanishing = 1e-90

const epsilonSquared = Number.EPSILON * Number.EPSILON

/** The first m >= l at which the off-diagonal entry no longer matters beside its neighbours, or n − 1. */
const firstNegligible = (n: number, l: number, d: Float64Array, square: Float64Array): number => {
  let m = l
  for (; m < n - 1; m++) {
    const size = Math.abs(d[m]!) + Math.abs(d[m + 1]!)
    if (square[m]! <= epsilonSquared * size * size + vanishing) break
  }
  return m
}
