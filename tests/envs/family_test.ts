import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import { zeroKey } from "../../core/random/mod.ts"
import { distinctDraws } from "../../envs/family.ts"
import { cartPole, type Family, findFamily, standard } from "../../envs/mod.ts"

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

const twice = (ids: readonly string[]): Family => {
  const tasks = () =>
    Either.right({ tasks: ids.map((id) => ({ id, environment: cartPole.id, params: {} })), planted: undefined })
  return { id: "twice", summary: "", environment: cartPole, options: {}, tasks, draw: tasks }
}

test("a family whose task ids repeat is refused with both places, by whatever way it is found", () =>
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 8 }), fc.nat(), fc.nat(), (names, from, to) => {
      const ids = [...new Set(names)]
      const whole = { environments: [cartPole], families: [twice(ids)] }
      const found = findFamily(whole, "twice")
      assert.ok(found._tag === "Right" && found.right.tasks({})._tag === "Right")
      const at = from % ids.length
      const again = ids.toSpliced(at + 1 + (to % (ids.length - at)), 0, ids[at]!)
      const family = twice(again)
      const source = { prefix: "my:", environment: () => Either.right(cartPole), family: () => Either.right(family) }
      const second = again.lastIndexOf(ids[at]!)
      for (const [id, registry] of [
        ["twice", { environments: [cartPole], families: [family] }],
        ["my:twice", { environments: [], families: [], sources: [source] }]
      ] as const) {
        const other = findFamily(registry, id)
        assert.ok(other._tag === "Right")
        for (const tasks of [other.right.tasks({}), other.right.draw({}, zeroKey, 2)]) {
          assert.ok(tasks._tag === "Left" && tasks.left._tag === "TaskSetError")
          assert.ok(tasks.left.message.includes(`tasks[${at}] and tasks[${second}]`), tasks.left.message)
        }
      }
    })
  ))

test("bounds too near for so many tasks are refused: rounded values repeat", () => {
  const found = findFamily(standard, "cartpole-length")
  assert.ok(found._tag === "Right")
  const tasks = found.right.tasks({ n: 9, low: 0.5, high: 0.5000001 })
  assert.ok(tasks._tag === "Left")
  assert.match(tasks.left.message, /want a different one for each task, got ".*" for tasks\[0\] and tasks\[1\]/)
})
