/** How the gradients of several tasks become one direction. */
import type { Stream } from "../random/mod.ts"

/** What is known of the gradients g_1 … g_T of the tasks' losses. */
export interface TaskGradients {
  /** T. */
  readonly tasks: number
  /** G_ij = ⟨g_i, g_j⟩: `[T, T]`, row-major, in float64. NaN to methods that do not go by gradients, as these are not taken apart then. */
  readonly gram: Float64Array
  /** How far an entry of G may be off, beside ‖g_i‖‖g_j‖: what is smaller than that tells nothing. */
  readonly accuracy: number
  /** The tasks' losses where the gradients were taken, of several one that is never negative: `[T]`. NaN to methods that go by neither. */
  readonly losses: Float64Array
  /** Iterations that the training has done: what methods mean by epochs. */
  readonly iteration: number
  /** For methods that draw. */
  readonly stream: Stream
}

/** What a method remembers, by name: plain numbers, so that a training that is resumed goes on with the same. */
export type AggregatorState = Readonly<Record<string, Float64Array>>

/** Weights w of the tasks' gradients, and what is remembered of them. */
export interface Weighed {
  /** `[T]`. */
  readonly weights: Float64Array
  readonly state: AggregatorState
}

/** What a method can promise of its direction d = Σ_i w_i g_i; {@link aggregatorLaws} hold it to that. */
export type Claim =
  /** ⟨g_i, d⟩ ≥ 0 of every task. */
  | "non-conflicting"
  /** The order of the tasks makes no difference. */
  | "permutation-invariant"
  /** Scaling the gradients by c_i, each by its own, scales what d makes of them likewise. */
  | "linear-under-scaling"
  /** The direction of one task alone is its gradient. */
  | "identity"

/**
 * What weights go by: the gradients; the losses; or how many tasks there are, alone. Without the first a learner takes one gradient, of
 * the weighted loss, for about what the mean loss costs. Methods of the second kind are made for losses that are positive; a learner
 * with several losses gives them those that are: of the value function, of the critics.
 */
export type WeighedBy = "gradients" | "losses" | "tasks"

/**
 * A combination of task gradients: a record.
 *
 *     d = Σ_i w_i g_i,   w = weigh(G, losses, state)
 *
 * All that the methods of the literature need of the gradients is their Gram matrix; some go by the losses instead.
 *
 * - Shapes: weights `[T]`.
 * - Source: Quinton and Rey, arXiv:2406.16232, whose aggregators are of this form.
 */
export interface Aggregator {
  readonly id: string
  /** One line for people. */
  readonly summary: string
  /** Rises whenever its numbers change, or what learners make of it, from none: a training is resumed by the same one only. */
  readonly version?: string
  /** Its own numbers: a training is resumed with the same ones only. */
  readonly config: Readonly<Record<string, number>>
  readonly claims: readonly Claim[]
  /** What the weights go by. */
  readonly by: WeighedBy
  /** The state of a training that begins. */
  readonly first: (tasks: number) => AggregatorState
  readonly weigh: (x: TaskGradients, state: AggregatorState) => Weighed
  /** The state after the step, of methods that look at what it did: `after` `[T]` are the losses on the same transitions. */
  readonly settle?: (x: TaskGradients, after: Float64Array, state: AggregatorState) => AggregatorState
}

/** What a method without memory is made of. */
export interface Weighing extends Pick<Aggregator, "id" | "summary" | "version"> {
  readonly config?: Aggregator["config"]
  readonly claims?: readonly Claim[]
  /** The gradients unless said otherwise. */
  readonly by?: WeighedBy
  /** `[T]`. */
  readonly weights: (x: TaskGradients) => Float64Array
}

/**
 * An aggregator from its weights.
 *
 * @example The task that learns fastest does not count
 * ```ts
 * import { aggregate } from "policygradex"
 *
 * const slowest = aggregate.aggregator({
 *   id: "slowest",
 *   summary: "All tasks but the one with the longest gradient",
 *   weights: ({ tasks, gram }) => {
 *     const squares = Array.from({ length: tasks }, (_, i) => gram[i * tasks + i] ?? 0)
 *     return Float64Array.from(squares, (s) => (s < Math.max(...squares) ? 1 : 0))
 *   }
 * })
 * slowest.id // => "slowest"
 * ```
 */
export const aggregator = ({
  id,
  summary,
  version,
  config = {},
  claims = [],
  by = "gradients",
  weights
}: Weighing): Aggregator => ({
  id,
  summary,
  ...(version === undefined ? {} : { version }),
  config,
  claims,
  by,
  first: () => ({}),
  weigh: (x) => ({ weights: weights(x), state: {} })
})
