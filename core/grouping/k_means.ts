import { log } from "../math/mod.ts"
import { random, type Stream } from "../random/mod.ts"

/** Points, `[n, d]` row-major. */
export interface Points {
  readonly n: number
  readonly d: number
  readonly x: Float64Array
}

/** Clusters of points. */
export interface KMeans {
  /** `[n]`, in 0 … k − 1, every cluster present. */
  readonly labels: Int32Array
  /** `[k, d]`, the mean of each cluster. */
  readonly centres: Float64Array
  /** Σ_i ‖x_i − centre of i‖². */
  readonly inertia: number
}

/**
 * The best of several runs of k-means, each started by greedy k-means++ with 2 + ⌊ln k⌋ candidates a centre.
 *
 *     min over centres of Σ_i min_c ‖x_i − centre_c‖²
 *
 * - Shapes: 1 <= k <= n; see `Points`, `KMeans`.
 * - Source: Arthur and Vassilvitskii, SODA 2007, section 2.2; the number of candidates is scikit-learn's.
 */
export const kMeans = (points: Points, k: number, s: Stream, restarts = 10): KMeans => {
  let best = lloyd(points, k, seedCentres(points, k, s))
  for (let r = 1; r < restarts; r++) {
    const next = lloyd(points, k, seedCentres(points, k, s))
    if (next.inertia < best.inertia) best = next
  }
  return best
}

/**
 * Lloyd's iteration from given centres until no label changes. An empty cluster takes the point that is farthest from its
 * own centre.
 *
 * - Source: Lloyd, IEEE Trans. Inf. Theory 28 (1982), 129.
 * - Shapes: points and `start` row-major, `[n, d]` and `[k, d]`.
 */
export const lloyd = (points: Points, k: number, start: Float64Array): KMeans => {
  const { n, d, x } = points
  const centres = start.slice()
  const labels = new Int32Array(n).fill(-1)
  const distance = new Float64Array(n)
  for (let round = 0; round < maxRounds; round++) {
    let changed = false
    for (let i = 0; i < n; i++) {
      let nearest = 0
      let least = Number.POSITIVE_INFINITY
      for (let c = 0; c < k; c++) {
        const square = squaredDistance(d, x, i * d, centres, c * d)
        if (square < least) {
          least = square
          nearest = c
        }
      }
      distance[i] = least
      if (labels[i] !== nearest) changed = true
      labels[i] = nearest
    }
    changed = fillEmpty(n, k, labels, distance) || changed
    means(points, k, labels, centres)
    if (!changed) break
  }
  let inertia = 0
  for (let i = 0; i < n; i++) inertia += squaredDistance(d, x, i * d, centres, labels[i]! * d)
  return { labels, centres, inertia }
}

const maxRounds = 300

/**
 * Greedy k-means++: each further centre is the best of several points, drawn in proportion to the square of their distance
 * from the nearest centre so far: the one that leaves the least sum of such squares.
 */
const seedCentres = (points: Points, k: number, s: Stream): Float64Array => {
  const { n, d, x } = points
  const centres = new Float64Array(k * d)
  const candidates = 2 + Math.floor(log(k))
  let distance = new Float64Array(n).fill(1)
  for (let c = 0; c < k; c++) {
    const total = distance.reduce((sum, square) => sum + square, 0)
    let chosen = c
    let left = Number.POSITIVE_INFINITY
    let after = distance
    // Where all points have a centre any point is as good; the first is drawn without a choice, as none is better.
    for (let draw = 0; draw < (c === 0 || total === 0 ? 1 : candidates); draw++) {
      const point = total === 0 ? c : drawn(distance, random(s) * total)
      const squares = new Float64Array(n)
      let sum = 0
      for (let i = 0; i < n; i++) {
        const square = squaredDistance(d, x, i * d, x, point * d)
        squares[i] = c === 0 ? square : Math.min(distance[i]!, square)
        sum += squares[i]!
      }
      if (sum >= left) continue
      left = sum
      chosen = point
      after = squares
    }
    distance = after
    centres.set(x.subarray(chosen * d, chosen * d + d), c * d)
  }
  return centres
}

/** The index at which the running sum of weights passes a number below their total. */
const drawn = (weights: Float64Array, at: number): number => {
  let left = at
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!
    if (left < 0) return i
  }
  return weights.length - 1
}

const fillEmpty = (n: number, k: number, labels: Int32Array, distance: Float64Array): boolean => {
  const size = new Int32Array(k)
  for (const c of labels) size[c] = size[c]! + 1
  let filled = false
  for (let c = 0; c < k; c++) {
    if (size[c]! > 0) continue
    let farthest = -1
    for (let i = 0; i < n; i++)
      if (size[labels[i]!]! > 1 && (farthest < 0 || distance[i]! > distance[farthest]!)) farthest = i
    if (farthest < 0) continue
    size[labels[farthest]!] = size[labels[farthest]!]! - 1
    labels[farthest] = c
    distance[farthest] = 0
    size[c] = 1
    filled = true
  }
  return filled
}

const means = ({ n, d, x }: Points, k: number, labels: Int32Array, centres: Float64Array): void => {
  const size = new Float64Array(k)
  centres.fill(0)
  for (let i = 0; i < n; i++) {
    const c = labels[i]!
    size[c] = size[c]! + 1
    for (let j = 0; j < d; j++) centres[c * d + j] = centres[c * d + j]! + x[i * d + j]!
  }
  for (let c = 0; c < k; c++)
    for (let j = 0; j < d; j++) centres[c * d + j] = centres[c * d + j]! / Math.max(1, size[c]!)
}

const squaredDistance = (d: number, a: Float64Array, at: number, b: Float64Array, from: number): number => {
  let sum = 0
  for (let j = 0; j < d; j++) {
    const step = a[at + j]! - b[from + j]!
    sum += step * step
  }
  return sum
}
