/** What estimators are judged by, as it is kept: subsets of all sizes really trained from one θ★, and what is estimated there. */
import { Schema } from "effect"
import type { PredictedTask } from "../../pipeline/stages/surrogate/predict.ts"
import { floatsOf } from "./floats.ts"

const Numbers = Schema.Array(Schema.Number)
const Labels = Schema.Array(Schema.Int)
/** By subset and task in it. */
const Values = Schema.Array(Numbers)

/** The trainings of one family and seed. They take hours: those of `bench/results/truth` are part of the repository. */
export const Truth = Schema.Struct({
  course: Schema.String,
  seed: Schema.Int,
  /** Digest of θ★, where all trainings start. */
  theta: Schema.String,
  tasks: Schema.Array(Schema.String),
  planted: Schema.NullOr(Labels),
  partitions: Schema.Array(Labels),
  subsets: Schema.Array(Labels),
  /** By repeat, subset and task in it. */
  returns: Schema.Array(Values),
  /** Operations of training every pair once. */
  flops: Schema.Number,
  /** Of all trainings. */
  seconds: Schema.Number
})
export type Truth = typeof Truth.Type

/** What estimates took. */
export const Cost = Schema.Struct({ flops: Schema.Number, seconds: Schema.Number })
export type Cost = typeof Cost.Type

/** What is estimated at θ★; the gradients stand beside it in a file of their own. */
export const Estimates = Schema.Struct({
  /** Of each task. */
  seen: Schema.Array(
    Schema.Struct({
      unit: Schema.Number,
      episodeLength: Schema.Number,
      episodeReturn: Schema.Number,
      range: Schema.Tuple([Schema.Number, Schema.Number]),
      rewards: Schema.Tuple([Schema.Number, Schema.Number]),
      limit: Schema.optionalKey(Schema.Number)
    })
  ),
  transitions: Schema.Int,
  blocks: Schema.Int,
  parameters: Schema.Int,
  /** Drop of the logistic loss. */
  logistic: Values,
  /** The two that are judged on transitions they were not made from. */
  crossFitted: Values,
  lookahead: Values,
  costs: Schema.Struct({ gradients: Cost, logistic: Cost, crossFitted: Cost, lookahead: Cost })
})
export type Estimates = typeof Estimates.Type

/** The tasks as a run sees them. */
export const seenTasks = (e: Estimates, bytes: Uint8Array): readonly PredictedTask[] => {
  const values = floatsOf(bytes)
  const each = e.blocks * e.parameters
  return e.seen.map(
    (t, i): PredictedTask => ({
      ...t,
      transitions: e.transitions,
      blocks: e.blocks,
      gradients: values.subarray(i * each, (i + 1) * each)
    })
  )
}
