import { evaluationError } from "./evaluation.ts"
import { normalise } from "./normalise.ts"
import { addToDiagonal, diagonalAt, innerProduct, packedLength, packedTrace } from "./packed.ts"
import type { Form, Relaxation } from "./relaxation.ts"

/**
 * The solution where no iteration is needed, or undefined.
 *
 * - k = 1 leaves only e eᵀ/n, k = n only I; one task has one group.
 * - U = c I + (terms that row sums decide): every X with the trace is as good as any other, so the one in the middle is
 *   returned, e eᵀ/n + (k − 1)/(n − 1) P; with a price, I where c > λ and e eᵀ/n where not.
 */
export const closedForm = (n: number, u: Float64Array, form: Form): Relaxation | undefined => {
  if (n === 1 || (form.kind === "groups" && form.k === 1)) return exact(n, u, form, 0)
  if (form.kind === "groups" && form.k === n) return exact(n, u, form, 1)
  const { scale, shift, rounding } = normalise(n, u)
  if (scale > 0) return undefined
  const share = form.kind === "groups" ? (form.k - 1) / (n - 1) : shift > form.lambda ? 1 : 0
  // What is left of U beside c P is below `rounding`, and so is its part in <U, X>.
  return exact(n, u, form, share, n * rounding)
}

/**
 * X = e eᵀ/n + share·P and its value, which is the bound but for rounding: what was computed is off by as much as any other
 * value may be.
 */
const exact = (n: number, u: Float64Array, form: Form, share: number, slack = 0): Relaxation => {
  const matrix = new Float64Array(packedLength(n)).fill((1 - share) / n)
  addToDiagonal(n, matrix, share)
  const objective = innerProduct(n, u, matrix)
  const price = form.kind === "price" ? form.lambda * packedTrace(n, matrix) : 0
  const point = matrix.slice()
  return {
    n,
    matrix,
    objective,
    bound: objective - price + slack + 2 * evaluationError(n, u) + 4 * Number.EPSILON * Math.abs(price),
    primalResidual: Math.abs(matrix[diagonalAt(0)]! + ((n - 1) * (1 - share)) / n - 1),
    dualResidual: 0,
    iterations: 0,
    converged: true,
    state: { n, point, sigma: 1 }
  }
}
