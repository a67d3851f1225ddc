/** What one measurement of curvature and generalisation says, as plain data. */
import { Schema } from "effect"

/** An estimate with the interval it is known within. */
const Estimate = Schema.Struct({
  estimate: Schema.Number,
  low: Schema.Number,
  high: Schema.Number,
  level: Schema.Number
})

const Trace = Schema.Struct({ ...Estimate.fields, probes: Schema.Int })

/** An eigenvalue's Ritz value: one lies within the residual. */
const End = Schema.Struct({ value: Schema.Number, residual: Schema.Number })

const Bound = Schema.Struct({
  epsilon: Schema.Number,
  training: Schema.Number,
  hessian: Schema.Number,
  confidence: Schema.Number,
  concentration: Schema.Number,
  taylor: Schema.Number,
  gap: Schema.Number,
  total: Schema.Number
})

/** About where the prior of Theorem 1 lies: the weights that the iteration started from, or 0. */
const About = Schema.Struct({
  /** vᵀ E[∇²ℓ]⁺ v, with the interval that the sampled transitions leave. */
  weighted: Estimate,
  /** ‖v‖². */
  square: Schema.Number,
  bound: Bound
})

/** After one iteration of training from some weights, on some tasks. */
export const CurvaturePoint = Schema.Struct({
  /** `all tasks`, `group 1`, or a task's id. */
  set: Schema.String,
  tasks: Schema.Array(Schema.String),
  /** Iterations of training before it. */
  iteration: Schema.Int,
  /** Transitions that it trained on, and unseen ones. */
  transitions: Schema.Struct({ training: Schema.Int, unseen: Schema.Int }),
  /** Mean policy-gradient loss on both, and the second less the first. */
  loss: Schema.Struct({ training: Schema.Number, unseen: Schema.Number }),
  gap: Estimate,
  /** Of the loss on unseen transitions: the Hessian's trace and its ends. */
  trace: Trace,
  largest: End,
  smallest: End,
  /** Traces of the diagonal blocks, where asked for. */
  layers: Schema.optionalKey(Schema.Array(Schema.Struct({ name: Schema.String, ...Trace.fields }))),
  /** All eigenvalues, ascending, and the part of them that each stands for, where asked for. */
  spectrum: Schema.optionalKey(
    Schema.Struct({ values: Schema.Array(Schema.Number), weights: Schema.Array(Schema.Number) })
  ),
  /** C, α and C₁ of the theorem, as seen. */
  constants: Schema.Struct({ range: Schema.Number, norm: Schema.Number, lipschitz: Schema.Number }),
  start: About,
  zero: About,
  /** Mean return of the training episodes that ended; null where none did. */
  meanReturn: Schema.NullOr(Schema.Number)
})
export type CurvaturePoint = typeof CurvaturePoint.Type
