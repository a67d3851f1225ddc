import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import { cartPole } from "../../envs/cartpole/cartpole.ts"
import { identity } from "../../envs/env.ts"
import { choiceOf, flag, integer, number, resolve } from "../../envs/parameter.ts"

const table = {
  mass: number(1, "kg", 0.1, 10, "mass"),
  count: integer(3, "tasks", 1, 9, "how many"),
  noisy: flag(false, "noise"),
  mode: choiceOf("a", ["a", "b"], "mode")
}
const message = (given: Record<string, number | boolean | string>): string => {
  const refused = resolve("toy", "parameter", table, given)
  return Either.isLeft(refused) ? refused.left.message : "accepted"
}

test("resolve() keeps what is given and fills in defaults", () =>
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 10, noNaN: true }), fc.integer({ min: 1, max: 9 }), (mass, count) => {
      assert.deepEqual(
        resolve("toy", "parameter", table, { mass, count }),
        Either.right({ mass, count, noisy: false, mode: "a" })
      )
    })
  ))

test("resolve() says what was wanted, what came and what may have been meant", () => {
  assert.equal(message({ mass: 0 }), 'Cannot set parameter "mass" of toy: want a number from 0.1 to 10 kg, got 0')
  assert.equal(
    message({ count: 2.5 }),
    'Cannot set parameter "count" of toy: want an integer from 1 to 9 tasks, got 2.5'
  )
  assert.equal(message({ noisy: 1 }), 'Cannot set parameter "noisy" of toy: want true or false, got 1')
  assert.equal(message({ mode: "c" }), 'Cannot set parameter "mode" of toy: want one of "a", "b", got "c"')
  assert.equal(
    message({ mas: 1 }),
    'Cannot set parameter "mas" of toy: want one of mass, count, noisy, mode, got no such name; did you mean "mass"?'
  )
})

test("resolve() does not take inherited names for parameters", () => {
  assert.match(message({ toString: 1 }), /Cannot set parameter "toString"/)
  assert.match(message(JSON.parse('{"__proto__": 1}')), /Cannot set parameter "__proto__"/)
})

test("identity() tells apart what may give other numbers, and nothing else", () => {
  const id = (params: Record<string, number>) => JSON.stringify(identity(cartPole, params))
  assert.equal(id({}), id({ length: 0.5 }))
  assert.notEqual(id({}), id({ length: 0.6 }))
  assert.notEqual(id({}), JSON.stringify(identity({ ...cartPole, version: "2" }, {})))
  assert.notEqual(id({}), JSON.stringify(identity({ ...cartPole, maxEpisodeSteps: 200 }, {})))
})
