import type { Stream } from "../random/mod.ts"
import { agglomerate, averageLinkage, densityLinkage } from "./agglomerative.ts"
import { kMeans } from "./k_means.ts"
import { improvePartition } from "./local_search.ts"
import { partitionValue } from "./partition.ts"
import { labelsByThreshold } from "./partition_matrix.ts"

/** A solution of the relaxation for k groups, of which groups are to be made. */
export interface RelaxedGroups {
  readonly n: number
  /** U `[n, n]`, row-major and symmetric: what tasks are worth together. */
  readonly u: Float64Array
  /** X `[n, n]`, likewise. */
  readonly x: Float64Array
  /** 1 <= k <= n. */
  readonly k: number
}

/** Settings of `roundToGroups`. */
export interface RoundingOptions {
  /** Starts of k-means on the rows of X. */
  readonly restarts?: number
  /** A bound on the value of any k groups, such as the relaxation's: within 1e-6 of it no other reading is tried. */
  readonly bound?: number
}

/**
 * Exactly k non-empty groups from the solution of the relaxation.
 *
 * Several readings of X are improved by `improvePartition` and the one with the most Σ_c v_cᵀ U v_c / v_cᵀ v_c is kept: the
 * groups that X already shows, average linkage on X, the greedy merging of U, and k-means on the rows of X from `restarts`
 * starts. The first wins ties, so the result depends on the stream only where k-means finds something better.
 *
 * - Shapes: result `[n]` in 0 … k − 1.
 */
export const roundToGroups = (
  { n, u, x, k }: RelaxedGroups,
  s: Stream,
  { restarts = 8, bound = Number.POSITIVE_INFINITY }: RoundingOptions = {}
): Int32Array => {
  const shown = labelsByThreshold(n, packed(n, x))
  const readings: readonly (() => Int32Array)[] = [
    ...(shown.k === k ? [() => shown.labels] : []),
    () => agglomerate(n, x, k, averageLinkage),
    () => agglomerate(n, u, k, densityLinkage),
    ...Array.from({ length: restarts }, () => () => kMeans({ n, d: n, x }, k, s, 1).labels)
  ]
  return bestImproved(n, u, k, readings, Number.isFinite(bound) ? bound - 1e-6 * Math.abs(bound) : bound)
}

/** The reading that is worth most after improvement, the first of equals, or the first that is worth `enough`. */
export const bestImproved = (
  n: number,
  u: Float64Array,
  k: number,
  readings: readonly (() => Int32Array)[],
  enough = Number.POSITIVE_INFINITY
): Int32Array => {
  let best = new Int32Array(n)
  let most = Number.NEGATIVE_INFINITY
  for (const reading of readings) {
    const labels = reading().slice()
    improvePartition(n, u, labels, k)
    const value = partitionValue(n, u, labels, k)
    // Different orders of one sum differ by rounding; equal partitions must not look better for it.
    if (most === Number.NEGATIVE_INFINITY || value > most + 1e-12 * Math.abs(most)) {
      most = value
      best = labels
    }
    if (most >= enough) break
  }
  return best
}

const packed = (n: number, x: Float64Array): Float64Array => {
  const out = new Float64Array((n * (n + 1)) / 2)
  for (let i = 0, p = 0; i < n; i++) for (let j = 0; j <= i; j++) out[p++] = x[i * n + j]!
  return out
}
