/** The gradients of several tasks as one direction: what every learner that takes an aggregator does with it. */
import { Effect } from "effect"
import type { Aggregator } from "../core/aggregate/mod.ts"
import { matmul, program, reshape, type Tensor } from "../core/program/mod.ts"
import type { Stream } from "../core/random/mod.ts"
import { fromEither } from "../core/service/from_either.ts"
import { realOf } from "../core/service/real.ts"
import { type Buffer, Session, type SessionFailure } from "../core/service/session.ts"

/** Where task gradients are and their weights, between the program that computes them and the one that steps on them. */
export interface Combiner {
  /** For a program to fill: `[tasks, size]`. */
  readonly taskGradients: Buffer
  /** What {@link Combiner.weigh} made of them: `[tasks]`. */
  readonly weights: Float32Array | Float64Array
  /** Asks the aggregator; `s` is for those that draw. */
  readonly weigh: (s: Stream) => Effect.Effect<void, SessionFailure>
  /** Operations of that. */
  readonly flops: number
}

/** Makes the combination of so many tasks' gradients ready, each of `size` numbers. */
export const combiner = Effect.fn("combiner")(function* (aggregator: Aggregator, tasks: number, size: number) {
  const session = yield* Session
  const Real = realOf(session)
  const taskGradients = yield* session.buffer([tasks, size])
  const [gram, weights] = [new Real(tasks * tasks), new Real(tasks)]
  const executable = yield* session.compile(yield* fromEither(gramProgram(tasks, size)))
  const call = executable.run({ taskGradients }, { gram })
  const weigh: Combiner["weigh"] = (stream) =>
    Effect.map(call, () => weights.set(aggregator.weights({ tasks, gram: Float64Array.from(gram), stream })))
  return { taskGradients, weights, weigh, flops: executable.cost.flops } satisfies Combiner
})

/** G_ij = ⟨g_i, g_j⟩. */
const gramProgram = (tasks: number, size: number) =>
  program("gram", { taskGradients: [tasks, size] }, ({ taskGradients: g }) => ({
    gram: matmul(g, g, { transposeB: true })
  }))

/**
 * Σ_i w_i g_i.
 *
 * - Shapes: `weights` `[tasks]`, `taskGradients` `[tasks, size]`; result `[size]`.
 */
export const combination = (weights: Tensor, taskGradients: Tensor): Tensor => {
  const [tasks = 0, size = 0] = taskGradients.shape
  return reshape(matmul(reshape(weights, [1, tasks]), taskGradients), [size])
}
