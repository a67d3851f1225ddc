import { type EigenWorkspace, eigenvectors, eigenWorkspace, reduce } from "../linalg/mod.ts"
import { addToDiagonal, rowSums } from "./packed.ts"
import { supportOfWeights, type Trace, weights } from "./spectrum.ts"

/**
 * The convex set of the relaxation without X >= 0, as a projection and as a support function.
 *
 *     C = {X : X e = e, 0 ⪯ X ⪯ I, tr X = k}     or, where the trace is free, the same without the last
 *
 * X ⪯ I follows from the constraints of (7) (a non-negative matrix with row sums one has no eigenvalue above one), so it
 * changes nothing of the problem; it makes the set bounded, hence every multiplier of X >= 0 gives a bound.
 *
 * With H the Householder matrix that takes e to the last axis, X = e eᵀ/n + H₁ Y H₁ᵀ, and only the eigenvalues of Y, of
 * n − 1 rows, are constrained: projecting is one eigendecomposition.
 *
 * - Shapes: matrices are packed triangles of n rows.
 * - Source: (7) of Zhang et al., Scalable multi-objective and meta reinforcement learning via gradient estimation (2025);
 *   projection by eigenvalues: Lewis, SIAM J. Optim. 6 (1996), 164.
 */
export interface SpectralSet {
  readonly n: number
  /** out ← the point of C nearest to `t`; with a free trace, to t − (λ/σ) I, whose `threshold` is λ/σ. */
  readonly project: (t: Float64Array, threshold: number, out: Float64Array) => boolean
  /** max over X in C of <W, X> − λ (tr X − 1); NaN where W is not finite. */
  readonly support: (w: Float64Array, lambda: number) => number
  /** Eigenvalues of W on the complement of e, descending; valid until the next call. */
  readonly spectrum: (w: Float64Array) => Float64Array | undefined
}

/** The set C for matrices of n >= 2 rows. */
export const spectralSet = (n: number, trace: Trace): SpectralSet => {
  const m = n - 1
  const eigen = eigenWorkspace(m)
  const sums = new Float64Array(n)
  const weight = new Float64Array(m)
  const lifted = new Float64Array(n * m)
  const decompose = (a: Float64Array): boolean => {
    restrict(n, a, sums, eigen.matrix)
    return reduce(eigen)
  }
  return {
    n,
    project: (t, threshold, out) => {
      if (!decompose(t)) return false
      weights(eigen.values, trace, threshold, weight)
      return compose(n, eigen, weight, lifted, out)
    },
    support: (w, lambda) => {
      if (!decompose(w)) return Number.NaN
      return rowSums(n, w, sums) / n + supportOfWeights(eigen.values, trace, lambda)
    },
    spectrum: (w) => (decompose(w) ? eigen.values : undefined)
  }
}

/** The leading (n−1)×(n−1) block of H A H, lower triangle of a row-major matrix; v = e + √n e_n, H = I − β v vᵀ. */
const restrict = (n: number, a: Float64Array, w: Float64Array, out: Float64Array): void => {
  const m = n - 1
  const root = Math.sqrt(n)
  const beta = 1 / (n + root)
  const last = (m * n) / 2
  rowSums(n, a, w)
  let vw = 0
  for (let i = 0; i < n; i++) {
    w[i] = beta * (w[i]! + root * a[last + i]!)
    vw += w[i]!
  }
  vw += root * w[m]!
  const half = 0.5 * beta * vw
  for (let i = 0, p = 0; i < m; i++) {
    const wi = w[i]! - 2 * half
    for (let j = 0; j <= i; j++) out[i * m + j] = a[p++]! - wi - w[j]!
  }
}

/** out ← e eᵀ/n + Σ_c weight_c (H v_c)(H v_c)ᵀ, by the vectors of non-zero weight or by those of weight below one. */
const compose = (
  n: number,
  eigen: EigenWorkspace,
  weight: Float64Array,
  lifted: Float64Array,
  out: Float64Array
): boolean => {
  const m = n - 1
  let positive = 0
  while (positive < m && weight[positive]! > 0) positive++
  let full = 0
  while (full < m && weight[full]! >= 1) full++
  // X = I − Σ (1 − weight) v vᵀ is the shorter sum where most weights are one.
  const fromIdentity = m - full < positive
  const first = fromIdentity ? full : 0
  const count = fromIdentity ? m - full : positive
  if (count > 0 && !eigenvectors(eigen, first, count)) return false
  lift(n, eigen.vectors, count, lifted)
  out.fill(fromIdentity ? 0 : 1 / n)
  if (fromIdentity) addToDiagonal(n, out, 1)
  const used = weight.subarray(first, first + count)
  addOuterProducts(n, lifted, fromIdentity ? used.map((w) => w - 1) : used, out)
  return true
}

/** H (v, 0) for each vector v. */
const lift = (n: number, vectors: Float64Array, count: number, out: Float64Array): void => {
  const m = n - 1
  const root = Math.sqrt(n)
  const beta = 1 / (n + root)
  for (let c = 0; c < count; c++) {
    let sum = 0
    for (let i = 0; i < m; i++) sum += vectors[c * m + i]!
    sum *= beta
    for (let i = 0; i < m; i++) out[c * n + i] = vectors[c * m + i]! - sum
    out[c * n + m] = -(1 + root) * sum
  }
}

/** out ← out + Σ_c weight_c z_c z_cᵀ, three vectors at a time. */
const addOuterProducts = (n: number, z: Float64Array, weight: Float64Array, out: Float64Array): void => {
  const count = weight.length
  let c = 0
  for (; c + 2 < count; c += 3) {
    const a = c * n
    const b = a + n
    const d = b + n
    const wa = weight[c]!
    const wb = weight[c + 1]!
    const wd = weight[c + 2]!
    for (let i = 0, p = 0; i < n; i++) {
      const x = wa * z[a + i]!
      const y = wb * z[b + i]!
      const u = wd * z[d + i]!
      for (let j = 0; j <= i; j++, p++) out[p] = out[p]! + (x * z[a + j]! + y * z[b + j]! + u * z[d + j]!)
    }
  }
  for (; c < count; c++) {
    const a = c * n
    const wa = weight[c]!
    for (let i = 0, p = 0; i < n; i++) {
      const x = wa * z[a + i]!
      for (let j = 0; j <= i; j++, p++) out[p] = out[p]! + x * z[a + j]!
    }
  }
}
