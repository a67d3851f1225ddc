import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { distinctDraws } from "../../envs/family.ts"

/** Draws the ids 0 … kinds − 1 in turn, each `copies` times. */
const drawing = (kinds: number, copies: number) => {
  let drawn = 0
  return () => ({ id: `${Math.floor(drawn++ / copies) % kinds}`, environment: "Point-v0", params: {} })
}

test("distinctDraws() gives as many different tasks as asked for, in the order of drawing", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 5 }), fc.nat(30), (kinds, copies, count) => {
      fc.pre(count <= kinds)
      const drawn = distinctDraws("points", count, drawing(kinds, copies))
      assert.ok(drawn._tag === "Right")
      assert.deepEqual(
        drawn.right.tasks.map((t) => t.id),
        Array.from({ length: count }, (_, i) => String(i))
      )
    })
  ))

test("distinctDraws() of more tasks than there are is refused with how many there are", () => {
  const drawn = distinctDraws("points", 8, drawing(7, 3))
  assert.ok(drawn._tag === "Left")
  assert.match(drawn.left.message, /"count" of points: want at most 7, as its options allow no more .*, got 8/)
})
