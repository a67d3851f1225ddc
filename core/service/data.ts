/** Schemas of what goes between threads and into files: arrays of numbers, and contracts of rooms that know no Schema. */
import { Schema } from "effect"
import type { Floats, Key } from "../random/mod.ts"

export const Doubles = Schema.declare((x: unknown): x is Float64Array => x instanceof Float64Array)
export const FloatArray = Schema.declare(
  (x: unknown): x is Floats => x instanceof Float32Array || x instanceof Float64Array
)
export const Bytes = Schema.declare((x: unknown): x is Uint8Array => x instanceof Uint8Array)
export const Ints = Schema.declare((x: unknown): x is Int32Array => x instanceof Int32Array)
export const Numbers = Schema.Array(Schema.Number)

/**
 * The schema of a type that is declared without one: `schemaOf<Key>()(Schema.Struct({ … }))`.
 *
 * One that lacks a field, even an optional one, does not compile: it would be lost on the way.
 */
export const schemaOf =
  <T>() =>
  <S extends Schema.Codec<T, unknown>>(schema: S & (keyof T extends keyof S["Type"] ? unknown : never)): S =>
    schema

const Words = Schema.Array(Schema.Int)
export const KeyData = schemaOf<Key>()(Schema.Struct({ entropy: Words, spawnKey: Words }))
