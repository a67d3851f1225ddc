/**
 * The member of a group that the others profit from most; of equals the first.
 *
 *     argmax_{j ∈ S} mean_{i ∈ S, i ≠ j} u_ij
 *
 * - Shapes: `u` `[n, n]` row-major, u_ij what task j is to task i; `members` of 0 … n − 1, at least one.
 *
 * @example
 * medoid(2, Float64Array.of(0, 3, 1, 0), [0, 1]) // => 1
 */
export const medoid = (n: number, u: Float64Array, members: readonly number[]): number => {
  const given = (j: number): number => members.reduce((sum, i) => (i === j ? sum : sum + u[i * n + j]!), 0)
  return members.reduce((best, j) => (given(j) > given(best) ? j : best), members[0]!)
}
