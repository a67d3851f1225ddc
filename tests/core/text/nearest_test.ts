import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { didYouMean, nearest } from "../../../core/text/nearest.ts"

test("nearest() finds the name with a letter missing, doubled, swapped or of other case", () => {
  const names = ["length", "gravity", "masspole", "masscart"]
  for (const typed of ["lenght", "lengt", "lengthh", "LENGTH", "len"]) assert.equal(nearest(typed, names), "length")
  assert.equal(nearest("maspole", names), "masspole")
  assert.equal(nearest("quux", names), undefined)
  assert.equal(nearest("x", []), undefined)
})

test("nearest() gives a known name itself", () =>
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, selector: (s) => s.toLowerCase() }),
      (names) => {
        for (const name of names) {
          const found = nearest(name, names)
          assert.ok(
            found !== undefined &&
              (found === name ||
                found.toLowerCase().startsWith(name.toLowerCase()) ||
                name.toLowerCase().startsWith(found.toLowerCase()))
          )
        }
      }
    )
  ))

test("didYouMean() is empty when nothing is near", () => {
  assert.equal(didYouMean("lenght", ["length"]), 'did you mean "length"?')
  assert.equal(didYouMean("zzz", ["length"]), "")
})

test("nearest() does not take a letter for the beginning of a name", () =>
  assert.equal(nearest("max_torquex", ["g", "m", "max_torque", "max_speed"]), "max_torque"))
