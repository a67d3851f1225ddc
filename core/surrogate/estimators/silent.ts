/** Tasks that say nothing at θ★: no reward was near, and what they are grouped with is a guess. */
import type { TaskGradients } from "./gradients.ts"

/** Standard errors that a gradient's squared length must have to count as seen. */
const SEEN = 2

/**
 * Tasks whose mean gradient is not told from its noise: the squared length without bias, and its error where there is no gradient,
 *
 *     ‖g‖² ≈ mean_{b ≠ c} ḡ_b·ḡ_c,    error² = 2/(B (B − 1)) · mean_{b ≠ c} (ḡ_b·ḡ_c)²
 *
 * over pairs of independent blocks; correlated coordinates count as what they are. With one block only zeros are silent.
 *
 * - Shapes: numbers of tasks, in their order.
 * - Source: the variance of a degenerate U-statistic of second order, Serfling, Approximation Theorems of Mathematical Statistics (1980).
 */
export const silentTasks = (g: TaskGradients): readonly number[] =>
  Array.from({ length: g.tasks }, (_, i) => i).filter((i) => isSilent(g, i))

const isSilent = (g: TaskGradients, task: number): boolean => {
  if (g.blocks < 2) return productOf(g, task, [0, 0]) === 0
  let [sum, squares, pairs] = [0, 0, 0]
  for (let b = 0; b < g.blocks; b++) {
    for (let c = 0; c < b; c++) {
      const product = productOf(g, task, [b, c])
      sum += product
      squares += product * product
      pairs += 1
    }
  }
  // Each of the B(B − 1)/2 pairs stands for both of its orders.
  return sum / pairs <= SEEN * Math.sqrt(squares / pairs / pairs)
}

/** The inner product of two blocks' gradients. */
const productOf = (
  { blocks, size, values }: TaskGradients,
  task: number,
  [b, c]: readonly [number, number]
): number => {
  const [from, to] = [(task * blocks + b) * size, (task * blocks + c) * size]
  let dot = 0
  for (let k = 0; k < size; k++) dot += values[from + k]! * values[to + k]!
  return dot
}
