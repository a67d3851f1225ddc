import { violation } from "./certificate.ts"
import { packedTrace, rowSums } from "./packed.ts"
import type { Partition } from "./partition.ts"
import { partitionMatrix } from "./partition_matrix.ts"
import type { Form, Relaxation } from "./relaxation.ts"

/**
 * The relaxation with the matrix of a partition for X, where that is worth more than the X that the solver ended with.
 *
 * A partition's matrix is feasible, so the relaxation is worth at least as much; on matrices of many orders of magnitude
 * the solver may end below it. The bound stays; it may now be within the tolerance.
 *
 * - Shapes: `u` a packed triangle of n rows.
 * - Units: `value`, of the partition, those of U.
 */
export const withPartition = (
  relaxed: Relaxation,
  u: Float64Array,
  form: Form,
  { split, value }: { readonly split: Partition; readonly value: number },
  tolerance: number
): Relaxation => {
  const { n, objective, bound, matrix } = relaxed
  const price = form.kind === "price" ? form.lambda : 0
  if (value - price * split.k <= objective - price * packedTrace(n, matrix)) return relaxed
  const better = partitionMatrix(n, split.labels, split.k)
  return {
    ...relaxed,
    matrix: better,
    objective: value,
    primalResidual: violation(n, better, new Float64Array(n), form),
    converged:
      relaxed.converged || isMet({ reached: value - price * split.k, bound }, allTogether(n, u, price), tolerance)
  }
}

/** What e eᵀ/n, all tasks in one group, is worth. */
export const allTogether = (n: number, u: Float64Array, price: number): number =>
  rowSums(n, u, new Float64Array(n)) / n - price

/** Whether a bound is within the tolerance of what was reached, relative to what that gains over `least`. */
export const isMet = (
  { reached, bound }: { readonly reached: number; readonly bound: number },
  least: number,
  tolerance: number
): boolean => bound - reached <= tolerance * Math.abs(reached - least)
