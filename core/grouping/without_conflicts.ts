import * as E from "fp-ts/lib/Either.js"
import { innerProduct, packedTrace } from "./packed.ts"
import type { Form, Relaxation } from "./relaxation.ts"
import { type SolverOptions, sdp, solverDefaults } from "./sdp.ts"
import { allTogether, isMet } from "./with_partition.ts"

/** Entries are raised to minus so many times what the rest of U can win over the groups in hand. */
const margin = 4

/**
 * A second solve where U has entries so negative that none but the worst X makes use of them, beside which the first solve could
 * not see the others: they are raised.
 *
 *     U' = max(U, −τ),    τ = 4 (Σ_i max_j max(U_ij, 0) − v),    v = value of the groups in hand
 *
 * For every feasible X, <U, X> <= <U', X>, as X >= 0: what bounds U' bounds U. The same of computed values, as rounding adds
 * to them no more than γ <|U|, X> = γ (<|U'|, X> + <U' − U, X>), and the last is more than made up for by what U' gives more.
 *
 * The better X (by U) and the lower bound of both solves are the result; undefined where nothing is raised or the second
 * says nothing new.
 *
 * - Shapes: `u` a packed triangle of n rows.
 * - Units: `worth`, <U, X> of the groups in hand, with a price less λ tr X, those of U.
 */
export const withoutConflicts = (
  first: Relaxation,
  u: Float64Array,
  form: Form,
  worth: number,
  options: Partial<SolverOptions>
): Relaxation | undefined => {
  const { n } = first
  const price = form.kind === "price" ? form.lambda : 0
  const lowest = -margin * (mostOfRows(n, u) - price - worth)
  if (!u.some((x) => x < lowest)) return undefined
  const second = sdp(
    n,
    u.map((x) => Math.max(x, lowest)),
    form,
    { ...options, start: undefined }
  )
  if (E.isLeft(second)) return undefined
  const { matrix, iterations, primalResidual, dualResidual } = second.right
  const objective = innerProduct(n, u, matrix)
  const before = first.objective - price * packedTrace(n, first.matrix)
  const after = objective - price * packedTrace(n, matrix)
  if (after <= before && second.right.bound >= first.bound) return undefined
  const reached = Math.max(before, after)
  const bound = Math.max(reached, Math.min(second.right.bound, first.bound))
  const { tolerance = solverDefaults.tolerance } = options
  return {
    ...first,
    ...(after > before ? { matrix, objective, primalResidual, dualResidual } : {}),
    bound,
    iterations: first.iterations + iterations,
    converged: first.converged || isMet({ reached, bound }, allTogether(n, u, price), tolerance)
  }
}

/** Σ_i max_j max(U_ij, 0): no X whose rows are non-negative and add up to one wins more. */
const mostOfRows = (n: number, u: Float64Array): number => {
  const most = new Float64Array(n)
  for (let i = 0, p = 0; i < n; i++)
    for (let j = 0; j <= i; j++, p++) {
      most[i] = Math.max(most[i]!, u[p]!)
      most[j] = Math.max(most[j]!, u[p]!)
    }
  return most.reduce((sum, x) => sum + x, 0)
}
