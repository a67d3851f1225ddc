/** Values by content: whatever goes in comes out, once, and a changed byte is found. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Option } from "effect"
import fc from "fast-check"
import { contentIn } from "../../../plugins/sweeps/content.ts"
import { memoryKept } from "./memory.ts"

const array = fc.oneof(
  fc.float64Array({ maxLength: 300 }),
  fc.float32Array({ maxLength: 600 }),
  fc.int32Array({ maxLength: 400 }),
  fc.uint8Array({ maxLength: 1200 })
)
const key = fc.oneof(fc.string(), fc.constantFrom("$content", "$"))
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    array,
    tie("list"),
    tie("record")
  ),
  list: fc.array(tie("any"), { maxLength: 3 }),
  record: fc.dictionary(key, tie("any"), { maxKeys: 3, noNullPrototype: true })
})).any

test("what is kept by its content is found again, bit for bit, and equal values have one name", () =>
  fc.assert(
    fc.asyncProperty(value, async (x) => {
      const { files, kept } = memoryKept()
      const content = contentIn(kept)
      const name = await Effect.runPromise(content.put(x))
      assert.deepEqual(await Effect.runPromise(contentIn(kept).get(name)), x)
      const before = files.size
      assert.equal(await Effect.runPromise(contentIn(kept).put(structuredClone(x))), name)
      assert.equal(files.size, before)
      await Effect.runPromise(content.putAs("results/a", x))
      assert.deepEqual(Option.getOrThrow(await Effect.runPromise(content.find("results/a"))), x)
    }),
    { numRuns: 200 }
  ))

test("a large array is there once, whoever has it", async () => {
  const { files, kept } = memoryKept()
  const content = contentIn(kept)
  const start = new Float64Array(10_000).fill(0.5)
  for (let i = 0; i < 10; i++) await Effect.runPromise(content.put({ start, key: i }))
  const large = [...files.values()].filter((bytes) => bytes.length > 80_000)
  assert.equal(large.length, 1)
  assert.equal(files.size, 11)
})

test("a byte that changed is found, wherever it is", async () => {
  const { files, kept } = memoryKept()
  const name = await Effect.runPromise(contentIn(kept).put({ start: new Float64Array(200) }))
  for (const [path, bytes] of [...files]) {
    for (const at of [0, 70, bytes.length - 1]) {
      files.set(path, bytes.with(at, bytes[at]! ^ 1))
      const exit = await Effect.runPromiseExit(contentIn(kept).get(name))
      assert.equal(exit._tag, "Failure", `${path} ${at}`)
      files.set(path, bytes)
    }
  }
})

test("what is missing is told by its name", async () => {
  const error = await Effect.runPromise(Effect.flip(contentIn(memoryKept().kept).get("ab12")))
  assert.match(error.message, /content\/ab\/ab12: want the bytes that its name tells, got nothing there/)
})
