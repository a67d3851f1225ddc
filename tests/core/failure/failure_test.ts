import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { cannot, failureOf } from "../../../core/failure/mod.ts"

const part = fc.string({ minLength: 1, maxLength: 40 })
const lost = failureOf<"Lost", { readonly session: string }>("Lost")

test("a failure's sentence has all its parts, in their order, and the fix where there is one", () =>
  fc.assert(
    fc.property(part, part, part, fc.option(part, { nil: "" }), (doing, want, got, fix) => {
      const { message } = lost({ doing, want, got, fix, session: "wasm" })
      assert.equal(message, `Cannot ${doing}: want ${want}, got ${got}${fix === "" ? "" : `; ${fix}`}`)
    })
  ))

test("a failure is an error whose fields are its tag, its parts and its details", () => {
  const one = lost({ doing: "go on", want: "a device", got: "none", session: "wasm" })
  assert.ok(one instanceof Error)
  assert.deepEqual(JSON.parse(JSON.stringify(one)), {
    _tag: "Lost",
    doing: "go on",
    want: "a device",
    got: "none",
    fix: "",
    session: "wasm"
  })
  assert.match(String(one), /^Lost: Cannot go on: want a device, got none$/)
})

test("failures that say the same are equal, and others are not", () => {
  const [a, b, c] = ["1", "1", "2"].map((got) => cannot("count", "3", got))
  assert.deepEqual(a, b)
  assert.notDeepEqual(a, c)
  assert.ok(E.isLeft(cannot("count", "3", "2")))
})
