/** Schemas of what goes between threads: plain data and arrays of numbers. */
import { Schema } from "effect"
import { NetworkConfigData } from "../../algorithms/architecture.ts"
import type { Floats, Key } from "../../core/random/mod.ts"
import type { Task } from "../../envs/mod.ts"
import type { TrainingSpec } from "./spec.ts"
import type { Assignment, Checkpoint, Trained } from "./training.ts"

export const Doubles = Schema.declare((x: unknown): x is Float64Array => x instanceof Float64Array)
export const FloatArray = Schema.declare(
  (x: unknown): x is Floats => x instanceof Float32Array || x instanceof Float64Array
)

export const Bytes = Schema.declare((x: unknown): x is Uint8Array => x instanceof Uint8Array)
export const Ints = Schema.declare((x: unknown): x is Int32Array => x instanceof Int32Array)

const Words = Schema.Array(Schema.Int)
export const KeyData = Schema.Struct({ entropy: Words, spawnKey: Words }) satisfies Schema.Codec<Key, unknown>

export const TaskData = Schema.Struct({
  id: Schema.String,
  environment: Schema.String,
  params: Schema.Record(Schema.String, Schema.Union([Schema.Number, Schema.Boolean, Schema.String]))
}) satisfies Schema.Codec<Task, unknown>

export const Spec = Schema.Struct({
  environment: Schema.String,
  algorithm: Schema.String,
  algorithmConfig: Schema.Unknown,
  network: NetworkConfigData,
  taskIds: Schema.Array(Schema.String),
  environmentsPerTask: Schema.Number,
  stepsPerTask: Schema.Number,
  budget: Schema.optionalKey(Schema.Literals(["updates", "steps"])),
  episodes: Schema.Number,
  assessments: Schema.optionalKey(Schema.Number),
  parameters: Schema.optionalKey(Schema.Literal(false))
}) satisfies Schema.Codec<TrainingSpec, unknown>

export const AssignmentData = Schema.Struct({
  tasks: Schema.Array(TaskData),
  iterations: Schema.Number,
  key: KeyData,
  start: Schema.optionalKey(
    Schema.Struct({
      policy: Schema.optionalKey(FloatArray),
      value: Schema.optionalKey(FloatArray),
      moments: Schema.optional(FloatArray)
    })
  )
}) satisfies Schema.Codec<Assignment, unknown>

export const Numbers = Schema.Array(Schema.Number)

export const CostData = Schema.Struct({ flops: Schema.Number, bytes: Schema.Number })

const course = {
  curve: Schema.Array(Numbers),
  assessed: Schema.Array(Numbers),
  metrics: Schema.Array(Schema.Array(Schema.Record(Schema.String, Schema.Number))),
  cost: CostData
}

export const TrainedData = Schema.Struct({
  ...course,
  policy: Doubles,
  value: Doubles,
  moments: Schema.optional(Doubles),
  arrays: Schema.optionalKey(Schema.Record(Schema.String, FloatArray)),
  adapted: Schema.optionalKey(Schema.Array(Doubles)),
  returns: Schema.Array(Numbers),
  successRates: Schema.optionalKey(Numbers),
  steps: Schema.Number
}) satisfies Schema.Codec<Trained, unknown>

export const MidwayData = Schema.Struct({
  ...course,
  saved: Schema.Struct({ json: Schema.String, arrays: Schema.Record(Schema.String, FloatArray) })
}) satisfies Schema.Codec<Checkpoint, unknown>
