/**
 * Bound on what rounding may add to the value of a feasible matrix or of a partition when that is computed, in any order.
 *
 *     |fl<U, X> − <U, X>| <= γ_m <|U|, X> <= γ_m Σ_i max_j |U_ij|,    γ_m = m u/(1 − m u), u = ε/2
 *
 * as the rows of X are non-negative and add up to one. No entry passes through more than m = 3n + 6 roundings: sums over a
 * row, over rows and over groups, a division, a product, and the entry of X itself. So a bound on exact values that is
 * raised by this much is not below a value that was computed.
 *
 * - Shapes: `u` a packed triangle of n rows.
 * - Units: those of U.
 * - Source: Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, section 3.1.
 */
export const evaluationError = (n: number, u: Float64Array): number => {
  const most = new Float64Array(n)
  for (let i = 0, p = 0; i < n; i++)
    for (let j = 0; j <= i; j++, p++) {
      const size = Math.abs(u[p]!)
      most[i] = Math.max(most[i]!, size)
      most[j] = Math.max(most[j]!, size)
    }
  const roundings = (3 * n + 6) * 0.5 * Number.EPSILON
  // Half as much again: for γ's denominator and for the roundings of this sum itself.
  return 1.5 * roundings * most.reduce((sum, x) => sum + x, 0)
}
