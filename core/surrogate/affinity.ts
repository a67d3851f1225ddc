/** Task affinity from per-task performances on subsets: estimates and truths go through the same functions. */
import type { Subset } from "./subsets.ts"

/**
 * One subset and how its tasks did: `values[a]` is the performance f of task `tasks[a]` under the policy adapted to (or
 * trained on) the subset; larger is better.
 */
export interface SubsetScore {
  readonly tasks: Subset
  readonly values: readonly number[]
}

/** `n` by `n`, row-major. */
export interface Affinity {
  readonly n: number
  readonly values: Float64Array
}

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length

/** Means over the subsets that hold both tasks of a pair, of what `f` gives for task i in the subset. */
const pairMeans = (
  scores: readonly SubsetScore[],
  n: number,
  f: (s: SubsetScore, at: number) => number
): Float64Array => {
  const total = new Float64Array(n * n)
  const count = new Int32Array(n * n)
  for (const s of scores) {
    s.tasks.forEach((i, at) => {
      const v = f(s, at)
      for (const j of s.tasks) {
        total[i * n + j]! += v
        count[i * n + j]! += 1
      }
    })
  }
  return total.map((t, k) => (count[k] === 0 ? Number.NaN : t / count[k]!))
}

/** A pair that no subset holds is taken to be as good as the mean of the pairs that some subset holds. */
const filled = (u: Float64Array): Float64Array => {
  const known = u.filter((v) => !Number.isNaN(v))
  const m = known.length === 0 ? 0 : mean(Array.from(known))
  return u.map((v) => (Number.isNaN(v) ? m : v))
}

const symmetric = (u: Float64Array, n: number): Float64Array =>
  u.map((v, k) => (v + u[(k % n) * n + Math.floor(k / n)]!) / 2)

/**
 * The paper's affinity:
 *
 *     U_ij = 1/n_ij · Σ_{l: i, j ∈ S_l} f(S_l),    f(S) = mean of f_i(S) over i ∈ S
 *
 * Mostly says which tasks are easy, as f(S) is dominated by the levels of its tasks; see `centred`.
 *
 * - Source: Zhang et al., equation 5.
 */
export const equation5 = (scores: readonly SubsetScore[], n: number): Affinity => ({
  n,
  values: symmetric(filled(pairMeans(scores, n, (s) => mean(s.values))), n)
})

/**
 * How much better task i does with j in its subset than on average:
 *
 *     C_ij = mean_{S ∋ i, j} f_i(S) − mean_{S ∋ i} f_i(S),    U = (C + Cᵀ)/2
 *
 * The diagonal is set to the largest entry of its row: a task is its own best partner.
 */
export const centred = (scores: readonly SubsetScore[], n: number): Affinity => {
  const c = filled(pairMeans(scores, n, (s, at) => s.values[at]!))
  for (let i = 0; i < n; i++) {
    const base = c[i * n + i]!
    for (let j = 0; j < n; j++) c[i * n + j]! -= base
  }
  return withOwnBest(symmetric(c, n), n)
}

/** Diagonal entries raised to their row's largest entry. */
const withOwnBest = (u: Float64Array, n: number): Affinity => {
  for (let i = 0; i < n; i++) {
    let best = Number.NEGATIVE_INFINITY
    for (let j = 0; j < n; j++) if (j !== i) best = Math.max(best, u[i * n + j]!)
    u[i * n + i] = n === 1 ? 0 : best
  }
  return { n, values: u }
}

/**
 * Cosine of the angles between task gradients, the baseline: U_ij = g_i·g_j / (‖g_i‖‖g_j‖); 0 where a gradient is 0.
 *
 * - Source: Yu et al., arXiv:2001.06782.
 */
export const gradientCosine = (gradients: readonly (Float32Array | Float64Array)[]): Affinity => {
  const n = gradients.length
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    let s = 0
    for (let i = 0; i < a.length; i++) s += a[i]! * b[i]!
    return s
  }
  const norms = gradients.map((g) => Math.sqrt(dot(g, g)))
  const values = new Float64Array(n * n)
  gradients.forEach((a, i) => {
    gradients.forEach((b, j) => {
      const scale = norms[i]! * norms[j]!
      values[i * n + j] = scale === 0 ? 0 : i === j ? 1 : dot(a, b) / scale
    })
  })
  return { n, values: symmetric(values, n) }
}
