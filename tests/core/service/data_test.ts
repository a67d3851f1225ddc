import assert from "node:assert/strict"
import { test } from "node:test"
import { Option, Schema } from "effect"
import { child, key as keyOf } from "../../../core/random/mod.ts"
import { KeyData, schemaOf } from "../../../core/service/data.ts"
import { right } from "../../algorithms/support.ts"

interface Sample {
  readonly name: string
  readonly weight?: number
}

test("schemaOf() takes a schema of the whole type, and no other compiles", () => {
  const whole = Schema.Struct({ name: Schema.String, weight: Schema.optionalKey(Schema.Number) })
  assert.equal(schemaOf<Sample>()(whole), whole)
  // @ts-expect-error: what is optional would be lost on the way
  schemaOf<Sample>()(Schema.Struct({ name: Schema.String }))
  // @ts-expect-error: a field of another type
  schemaOf<Sample>()(Schema.Struct({ name: Schema.Number, weight: Schema.optionalKey(Schema.Number) }))
})

test("a key that went through its schema is the same key", () => {
  const key = child(right(keyOf(2 ** 40 + 7)), "train", 3)
  assert.deepEqual(Schema.decodeUnknownOption(KeyData)(structuredClone(key)), Option.some(key))
})
