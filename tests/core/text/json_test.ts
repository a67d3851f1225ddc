import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { parseJson } from "../../../core/text/json.ts"

const got = (e: E.Either<string, unknown>): string => (E.isLeft(e) ? e.left : assert.fail("it was read"))

test("parseJson() is JSON.parse for what a person writes", () =>
  fc.assert(
    fc.property(fc.json({ maxDepth: 8, noUnicodeString: false }), (text) =>
      assert.deepEqual(parseJson(text), E.right(JSON.parse(text)))
    )
  ))

test("parseJson() refuses nesting 50,000 deep, of lists and of objects, and counts no bracket within a string", () => {
  for (const text of ["[".repeat(50_000), "[".repeat(50_000) + "]".repeat(50_000), '{"a":'.repeat(50_000)])
    assert.match(got(parseJson(text)), /nested more than 100 deep/)
  const quoted = JSON.stringify({ a: `\\"${"[".repeat(200)}\\` })
  assert.deepEqual(parseJson(quoted), E.right(JSON.parse(quoted)))
  assert.match(got(parseJson("[[1]]", { depth: 1 })), /more than 1 deep/)
})

test("parseJson() refuses more lists than asked for before it makes them", () => {
  assert.deepEqual(parseJson("[[],{}]", { lists: 3 }), E.right([[], {}]))
  assert.match(got(parseJson("[[],[],[]]", { lists: 3 })), /more than 3 lists and objects/)
})

test("parseJson() says what is wrong in a few words, however long the text is", () => {
  assert.ok(got(parseJson("a".repeat(1e6))).length < 300)
  assert.ok(got(parseJson(`["${"a".repeat(1e6)}`)).length < 300)
})
