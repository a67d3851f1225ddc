import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { clipped, printable, printableLines } from "../../../core/text/printable.ts"

/** What a terminal obeys: C0, DEL and C1. */
const obeyed = /\p{Cc}/u

test("printable() leaves nothing that a terminal obeys, and other text as it is", () => {
  assert.equal(printable("\u001b[31mred\u001b[0m"), "\\u001b[31mred\\u001b[0m")
  assert.equal(printable("two\nlines\tand\r\u009b2J"), "two\\nlines\\tand\\r\\u009b2J")
  assert.equal(printable("abc\u202edef\u2028"), "abc\\u202edef\\u2028")
  assert.equal(printable("Größe, 長さ, 😀"), "Größe, 長さ, 😀")
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => assert.doesNotMatch(printable(text), obeyed)))
})

test("printableLines() keeps line ends and tabs", () => {
  assert.equal(printableLines("a\tb\n\u001b]0;title\u0007"), "a\tb\n\\u001b]0;title\\u0007")
})

test("clipped() keeps the beginning and the end of a name that no line holds", () => {
  assert.equal(clipped("short"), "short")
  assert.equal(clipped(`begin${"x".repeat(1e6)}end`, 11), "begin…xxend")
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
      assert.ok(clipped(name).length <= 60)
      assert.doesNotMatch(clipped(name), obeyed)
    })
  )
})
