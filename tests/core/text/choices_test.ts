import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { choices } from "../../../core/text/choices.ts"
import { nearest } from "../../../core/text/nearest.ts"

test("choices() lists at most ten names, and says how many more there are", () => {
  const runs = Array.from({ length: 250 }, (_, i) => `run-${i}`)
  assert.equal(choices(runs), "run-0, run-1, run-2, run-3, run-4, run-5, run-6, run-7, run-8, run-9 and 240 more")
  assert.match(choices(runs, "run-117x"), /^run-117, /)
  assert.equal(choices([]), "none")
})

test("choices() puts the nearest name first, and keeps the order of those that are not near", () => {
  assert.equal(choices(["ppo", "sac", "maml", "promp"], "mamml"), "maml, ppo, sac, promp")
  fc.assert(
    fc.property(fc.string(), fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 30 }), (name, valid) => {
      const near = nearest(name, valid)
      if (near !== undefined)
        assert.equal(
          choices(valid, name)
            .split(", ")[0]
            ?.replace(/ and .*/, ""),
          near
        )
      const listed = choices(valid, name)
        .replace(/ and \d+ more$/, "")
        .split(", ")
      assert.equal(listed.length, Math.max(1, Math.min(10, valid.length)))
    })
  )
})

test("choices() shortens names that no line holds, and compares none with a name of a million letters", () => {
  assert.ok(choices(["a".repeat(1e6), "b"], "b".repeat(1e6)).length < 100)
})
