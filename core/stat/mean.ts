/**
 * x̄ = (1/n)·Σ x_i, added up in order; NaN where there is none.
 *
 * @example
 * mean([1, 2]) // => 1.5
 */
export const mean = (x: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]!
  return sum / x.length
}
