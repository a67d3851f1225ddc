import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { familyLaws } from "../../../envs/laws/law.ts"
import { cartPole, type Params } from "../../../envs/mod.ts"
import { parseId, typedValue } from "../../../plugins/gymnasium/environment.ts"
import { familyOf } from "../../../plugins/gymnasium/family.ts"
import { findPython } from "../../../plugins/gymnasium/mod.ts"
import { right } from "./support.ts"

const family = familyOf(cartPole)
const base = { parameter: "length", n: 3 }
const refusal = (options: Params): string => {
  const made = family.tasks(options)
  return Either.isLeft(made) ? made.left.message : "nothing"
}

test("familyOf() makes tasks of listed values, or of values between two ends", () => {
  const ids = (options: Params) => right(family.tasks({ ...base, ...options })).tasks.map((t) => t.id)
  assert.deepEqual(ids({ values: "0.5, 1,2" }), ["length=0.5", "length=1", "length=2"])
  assert.deepEqual(ids({ from: 1, to: 2 }), ["length=1", "length=1.5", "length=2"])
  assert.deepEqual(ids({ from: 0.25, to: 4, spacing: "geometric" }), ["length=0.25", "length=1", "length=4"])
  const named = family.tasks({ parameter: "kinematics_integrator", n: 2, values: "euler,semi-implicit euler" })
  assert.deepEqual(
    right(named).tasks.map((t) => t.params),
    [{ kinematics_integrator: "euler" }, { kinematics_integrator: "semi-implicit euler" }]
  )
})

test("familyOf() says which parameters there are, and what its options want", () => {
  assert.match(refusal({ n: 3 }), /Cannot set parameter "" of CartPole-v1: want one of gravity/)
  assert.match(refusal({ ...base, parameter: "lenght" }), /did you mean "length"\?/)
  assert.match(refusal({ ...base, values: "1,2" }), /"values".*want 3 of them/)
  assert.match(refusal({ ...base, values: "1,2,1" }), /want distinct ones/)
  assert.match(refusal({ ...base, from: 1, to: 1 }), /"to".*another number than from/)
  assert.match(refusal({ ...base, from: -1, to: 1, spacing: "geometric" }), /positive ends/)
  assert.match(refusal({ ...base, values: "1,2,five" }), /"length".*got "five"/)
})

test("draw() gives other tasks between the ends, or tasks of the list", () => {
  const drawn = (key: number) => right(family.draw({ ...base, from: 1, to: 2 }, child(zeroKey, key), 5)).tasks
  assert.ok(drawn(0).every(({ params: { length } }) => Number(length) >= 1 && Number(length) <= 2))
  assert.deepEqual(drawn(0), drawn(0))
  assert.notDeepEqual(drawn(0), drawn(1))
  const listed = right(family.draw({ ...base, values: "1,2,3" }, zeroKey, 2)).tasks
  assert.deepEqual(new Set(listed.map((t) => t.id)).size, 2)
  assert.equal(Either.isLeft(family.draw({ ...base, values: "1,2,3" }, zeroKey, 4)), true)
})

for (const law of familyLaws({
  ...family,
  tasks: (options) => family.tasks({ from: 0.25, to: 1, ...base, ...options }),
  draw: (options, key, count) => family.draw({ from: 0.25, to: 1, ...base, ...options }, key, count)
}))
  test(`familyOf(CartPole-v1): ${law.name}`, () => assert.equal(law.check(), undefined))

test("parseId() reads arguments as typed values, whatever their names", () =>
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ minLength: 1 }),
        fc.oneof(fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string())
      ),
      (given) => {
        const query = new URLSearchParams()
        for (const [name, value] of Object.entries(given)) query.append(name, String(value))
        const { id, fixed } = parseId(`gymnasium:module:Name-v0?${query}`)
        assert.equal(id, "module:Name-v0")
        assert.deepEqual(
          new Map(Object.entries(fixed)),
          new Map(Object.entries(given).map(([name, value]) => [name, typedValue(String(value))]))
        )
      }
    )
  ))

test("findPython() takes what is named, then PGEX_PYTHON, then the path's", () => {
  assert.deepEqual(findPython("/bin/sh", { PGEX_PYTHON: "/bin/cat" }), Either.right("/bin/sh"))
  assert.deepEqual(findPython(undefined, { PGEX_PYTHON: "sh", PATH: "/nowhere:/bin" }), Either.right("/bin/sh"))
  const none = findPython(undefined, { PATH: "/nowhere" })
  assert.match(Either.isLeft(none) ? none.left.got : "", /no program python3 or python/)
})
