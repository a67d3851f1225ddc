/** What every estimator is judged by, as it is kept: one θ★, its gradients, and subsets of all sizes really trained. */
import { Schema } from "effect"
import type { PredictedTask } from "../../pipeline/stages/surrogate/predict.ts"
import { floatsOf } from "./floats.ts"

const Numbers = Schema.Array(Schema.Number)
const Labels = Schema.Array(Schema.Int)
/** By repeat, subset and task in it. */
const Returns = Schema.Array(Schema.Array(Numbers))

/** One family and seed; the gradients stand beside it in a file of their own. */
export const Gathered = Schema.Struct({
  course: Schema.String,
  seed: Schema.Int,
  tasks: Schema.Array(Schema.String),
  planted: Schema.NullOr(Labels),
  partitions: Schema.Array(Labels),
  subsets: Schema.Array(Labels),
  returns: Returns,
  /** Of each task at θ★. */
  seen: Schema.Array(
    Schema.Struct({
      unit: Schema.Number,
      episodeLength: Schema.Number,
      episodeReturn: Schema.Number,
      range: Schema.Tuple([Schema.Number, Schema.Number]),
      rewards: Schema.optionalKey(Schema.Tuple([Schema.Number, Schema.Number]))
    })
  ),
  transitions: Schema.Int,
  blocks: Schema.Int,
  parameters: Schema.Int,
  /** Drop of the logistic loss, by subset and task in it. */
  logistic: Schema.Array(Numbers),
  flops: Schema.Struct({ pairs: Schema.Number, gradients: Schema.Number, logistic: Schema.Number }),
  seconds: Schema.Struct({ truth: Schema.Number, gradients: Schema.Number, logistic: Schema.Number })
})
export type Gathered = typeof Gathered.Type

/** The tasks as a run sees them. */
export const seenTasks = (g: Gathered, bytes: Uint8Array): readonly PredictedTask[] => {
  const values = floatsOf(bytes)
  const each = g.blocks * g.parameters
  return g.seen.map(
    (t, i): PredictedTask => ({
      // Trainings of before this was kept say nothing of rewards.
      rewards: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      ...t,
      transitions: g.transitions,
      blocks: g.blocks,
      gradients: values.subarray(i * each, (i + 1) * each)
    })
  )
}

/** Mean gradient of each task. */
export const meanGradients = (seen: readonly PredictedTask[]): readonly Float64Array[] =>
  seen.map(({ gradients, blocks }) => {
    const size = gradients.length / blocks
    return Float64Array.from({ length: size }, (_, c) => {
      let sum = 0
      for (let row = 0; row < blocks; row++) sum += gradients[row * size + c]!
      return sum / blocks
    })
  })
