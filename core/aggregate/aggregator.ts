/** How the gradients of several tasks become one direction. */
import type { Stream } from "../random/mod.ts"

/** What is known of the gradients g_1 … g_T of the tasks' losses. */
export interface TaskGradients {
  /** T. */
  readonly tasks: number
  /** G_ij = ⟨g_i, g_j⟩: `[T, T]`, row-major, in float64. */
  readonly gram: Float64Array
  /** For methods that draw. */
  readonly stream: Stream
}

/**
 * A combination of task gradients: a record.
 *
 *     direction = Σ_i w_i g_i,   w = weights(G)
 *
 * All that the methods of the literature need of the gradients is their Gram matrix.
 *
 * - Shapes: weights `[T]`.
 * - Source: Quinton and Rey, arXiv:2406.16232, whose aggregators are of this form.
 */
export interface Aggregator {
  readonly id: string
  /** One line for people. */
  readonly summary: string
  readonly weights: (x: TaskGradients) => Float64Array
}
