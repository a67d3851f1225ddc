/** Count, mean and spread of numbers seen so far, by component: plain data that merges across tasks and workers. */
export interface Moments {
  readonly count: number
  readonly mean: readonly number[]
  /** Sum of squared deviations from the mean. */
  readonly squares: readonly number[]
}

/** Of nothing: the identity of {@link mergeMoments}. */
export const noMoments = (size: number): Moments => ({
  count: 0,
  mean: new Array<number>(size).fill(0),
  squares: new Array<number>(size).fill(0)
})

/**
 * Of all rows of both.
 *
 *     μ = μ_a + δ·n_b/n,   M = M_a + M_b + δ²·n_a·n_b/n,   δ = μ_b − μ_a,   n = n_a + n_b
 *
 * - Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
 */
export const mergeMoments = (a: Moments, b: Moments): Moments => {
  const count = a.count + b.count
  if (a.count === 0 || b.count === 0) return a.count === 0 ? b : a
  const delta = b.mean.map((m, i) => m - a.mean[i]!)
  return {
    count,
    mean: a.mean.map((m, i) => m + (delta[i]! * b.count) / count),
    squares: a.squares.map((s, i) => s + b.squares[i]! + (delta[i]! * delta[i]! * a.count * b.count) / count)
  }
}

/** Of one more row. */
export const addRow = (a: Moments, row: ArrayLike<number>): Moments =>
  mergeMoments(a, { count: 1, mean: Array.from(row), squares: new Array<number>(row.length).fill(0) })

/** Of rows of `size` numbers each, one after another: two passes, so that no digits are lost to large means. */
export const rowMoments = (rows: ArrayLike<number>, size: number): Moments => {
  const count = rows.length / size
  const mean = new Array<number>(size).fill(0)
  const squares = new Array<number>(size).fill(0)
  for (let at = 0; at < rows.length; at += size) for (let i = 0; i < size; i++) mean[i]! += rows[at + i]!
  for (let i = 0; i < size; i++) mean[i]! /= Math.max(1, count)
  for (let at = 0; at < rows.length; at += size) {
    for (let i = 0; i < size; i++) {
      const off = rows[at + i]! - mean[i]!
      squares[i]! += off * off
    }
  }
  return { count, mean, squares }
}

/** √(M/n) of each component; 1 where nothing varies, so that dividing by it changes nothing. */
export const deviations = ({ count, squares }: Moments): readonly number[] =>
  squares.map((s) => (s > 0 ? Math.sqrt(s / count) : 1))
