/** Task affinity from per-task performances on subsets: estimates and truths go through the same functions. */

import * as E from "fp-ts/lib/Either.js"
import { cholesky, choleskySolve } from "../linalg/mod.ts"
import { mean } from "../stat/mod.ts"
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
 * The paper's affinity, of whatever performance it is given:
 *
 *     U_ij = 1/n_ij · Σ_{l: i, j ∈ S_l} f(S_l),    f(S) = mean of f_i(S) over i ∈ S
 *
 * With f_i(S) as printed, minus the loss, it mostly says which tasks have small advantages, whose level dominates f(S);
 * with the gain f_i(S) − f_i(∅) over the unadapted policy it says how far tasks can be improved together.
 *
 * - Source: Zhang et al., equation 5.
 *
 * @example Three pairs
 * const scores = [{ tasks: [0, 1], values: [1, 3] }, { tasks: [0, 2], values: [0, 0] }, { tasks: [1, 2], values: [1, 1] }]
 * equation5(scores, 3) // => { n: 3, values: Float64Array.of(1, 2, 0, 2, 1.5, 1, 0, 1, 0.5) }
 */
export const equation5 = (scores: readonly SubsetScore[], n: number): Affinity => ({
  n,
  values: symmetric(filled(pairMeans(scores, n, (s) => mean(s.values))), n)
})

/**
 * How much better task i does with j in its subset than with an average partner:
 *
 *     f_i(S) ≈ b_i + Σ_{j ∈ S, j ≠ i} c_ij  (least squares over the subsets that hold i),
 *     C_ij = c_ij − mean_j c_ij,    U = (C + Cᵀ)/2,    U_ii = 0
 *
 * For pairs C_ij is f_i({i, j}) less its mean over j. For larger subsets the regression separates the partners, which
 * a mean over the subsets with j does not. The diagonal is 0, what an average partner gives: a larger one would
 * reward small groups, a smaller one large groups.
 *
 * - Source: in place of Zhang et al., equation 5; the regression as in Ilyas et al., arXiv:2202.00622.
 */
export const centred = (scores: readonly SubsetScore[], n: number): Affinity => {
  const c = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const effects = partnerEffects(scores, n, i)
    for (let j = 0; j < n; j++) c[i * n + j] = effects[j]!
  }
  return { n, values: symmetric(c, n) }
}

/** Small against the counts that it is added to, large against rounding: picks the smallest of the solutions. */
const RIDGE = 1e-6

/** Row i of C. A task that was never i's partner gets 0. */
const partnerEffects = (scores: readonly SubsetScore[], n: number, i: number): Float64Array => {
  const held = scores.filter((s) => s.tasks.includes(i))
  const values = held.map((s) => s.values[s.tasks.indexOf(i)]!)
  const level = values.length === 0 ? 0 : mean(values)
  const gram = new Float64Array(n * n)
  const right = new Float64Array(n)
  // Fixed subset sizes leave one constant free, so the intercept is taken out beforehand: means of both sides.
  const share = new Float64Array(n)
  for (const s of held) for (const j of s.tasks) if (j !== i) share[j]! += 1 / held.length
  held.forEach((s, k) => {
    const x = share.map((p, j) => (j !== i && s.tasks.includes(j) ? 1 : 0) - p)
    for (let a = 0; a < n; a++) {
      if (x[a] === 0) continue
      right[a]! += x[a]! * (values[k]! - level)
      for (let b = 0; b < n; b++) gram[a * n + b]! += x[a]! * x[b]!
    }
  })
  for (let a = 0; a < n; a++) gram[a * n + a]! += RIDGE * Math.max(1, held.length)
  const factor = cholesky(n, gram)
  if (E.isRight(factor)) choleskySolve(n, factor.right, right)
  else right.fill(0)
  const partners = Array.from(share.keys()).filter((j) => j !== i && share[j]! > 0)
  const middle = partners.length === 0 ? 0 : mean(partners.map((j) => right[j]!))
  return right.map((v, j) => (partners.includes(j) ? v - middle : 0))
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
