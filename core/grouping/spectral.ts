import { eigh } from "../linalg/mod.ts"
import type { Stream } from "../random/mod.ts"
import { kMeans } from "./k_means.ts"

/** Eigenvalues and lowest eigenvectors of a graph's Laplacian. */
export interface SpectralEmbedding {
  /** Of the symmetric normalised Laplacian, ascending, `[n]`. */
  readonly values: Float64Array
  /** The eigenvectors of the k lowest, one a row, `[k, n]`. */
  readonly vectors: Float64Array
  /** D^½; 1 for a task without neighbours. */
  readonly rootDegree: Float64Array
}

/**
 * Spectral embedding of tasks by their affinity.
 *
 *     L = I − D^−½ W D^−½,    W = U without its diagonal, shifted so that no entry is negative,    D = diag(W e)
 *
 * - Shapes: `u` `[n, n]` row-major, symmetric.
 * - Source: Ng, Jordan and Weiss, NIPS 2001; conventions of scikit-learn's `SpectralClustering`.
 *   Differs: that refuses negative affinities, which ours usually contain.
 */
export const spectralEmbedding = (n: number, u: Float64Array, k: number): SpectralEmbedding => {
  let lowest = 0
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (i !== j) lowest = Math.min(lowest, u[i * n + j]!)
  const rootDegree = new Float64Array(n)
  const isolated = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    let degree = 0
    for (let j = 0; j < n; j++) if (i !== j) degree += u[i * n + j]! - lowest
    isolated[i] = degree > 0 ? 0 : 1
    rootDegree[i] = degree > 0 ? Math.sqrt(degree) : 1
  }
  const laplacian = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      // Minus L, so that the lowest eigenvalues come first.
      laplacian[i * n + j] =
        i === j ? (isolated[i] === 1 ? 0 : -1) : (u[i * n + j]! - lowest) / rootDegree[i]! / rootDegree[j]!
  const { values, vectors } = eigh(n, laplacian)
  return { values: values.map((x) => -x), vectors: vectors.slice(0, k * n), rootDegree }
}

/**
 * Groups by k-means on the spectral embedding D^−½ V; labels in 0 … k − 1, every group present.
 *
 * - Shapes: `u` `[n, n]` row-major, symmetric; labels `[n]`.
 */
export const spectralGroups = (n: number, u: Float64Array, k: number, s: Stream): Int32Array => {
  const { vectors, rootDegree } = spectralEmbedding(n, u, k)
  const x = new Float64Array(n * k)
  for (let i = 0; i < n; i++) for (let c = 0; c < k; c++) x[i * k + c] = vectors[c * n + i]! / rootDegree[i]!
  return kMeans({ n, d: k, x }, k, s).labels
}
