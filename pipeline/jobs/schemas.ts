/** Schemas of what goes between threads: arrays of numbers, and contracts of the floors below. */
import { Schema } from "effect"
import type { SavedState, Start } from "../../algorithms/algorithm.ts"
import type { Floats, Key } from "../../core/random/mod.ts"
import type { Task } from "../../envs/mod.ts"

export const Doubles = Schema.declare((x: unknown): x is Float64Array => x instanceof Float64Array)
export const FloatArray = Schema.declare(
  (x: unknown): x is Floats => x instanceof Float32Array || x instanceof Float64Array
)

export const Bytes = Schema.declare((x: unknown): x is Uint8Array => x instanceof Uint8Array)
export const Ints = Schema.declare((x: unknown): x is Int32Array => x instanceof Int32Array)
export const Numbers = Schema.Array(Schema.Number)

const Words = Schema.Array(Schema.Int)
export const KeyData = Schema.Struct({ entropy: Words, spawnKey: Words }) satisfies Schema.Codec<Key, unknown>

export const TaskData = Schema.Struct({
  id: Schema.String,
  environment: Schema.String,
  params: Schema.Record(Schema.String, Schema.Union([Schema.Number, Schema.Boolean, Schema.String]))
}) satisfies Schema.Codec<Task, unknown>

export const StartData = Schema.Struct({
  policy: Schema.optionalKey(FloatArray),
  value: Schema.optionalKey(FloatArray),
  moments: Schema.optional(FloatArray)
}) satisfies Schema.Codec<Start, unknown>

export const SavedStateData = Schema.Struct({
  json: Schema.String,
  arrays: Schema.Record(Schema.String, FloatArray)
}) satisfies Schema.Codec<SavedState, unknown>
