import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { textContexts } from "../../../core/network/mod.ts"

const texts = ["Open a door", "Open a drawer", "Press a button, a red button"]
/** Products of scikit-learn 1.9.1's `TfidfVectorizer(token_pattern="[a-z]+")`. */
const products = [
  [1, 0.48111972217254295, 0.18479745051636595],
  [0.48111972217254295, 1, 0.18479745051636595],
  [0.18479745051636595, 0.18479745051636595, 1]
]

const product = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0)

test("textContexts() has the products of scikit-learn's vectors, as near as its width allows", () => {
  const width = 20_000
  const vectors = textContexts(texts, width)
  vectors.forEach((a, i) => {
    vectors.forEach((b, j) => {
      // Four deviations.
      const miss = Math.abs(product(a, b) - products[i]![j]!)
      assert.ok(miss < 4 * Math.sqrt(2 / width), `${i}, ${j}: ${product(a, b)} for ${products[i]![j]}`)
    })
  })
})

test("textContexts() counts words, whatever their order and case; texts without words have zeros", () =>
  fc.assert(
    fc.property(fc.shuffledSubarray(["push", "a", "puck", "PUCK", "far"], { minLength: 5 }), (words) => {
      const [a, b, none] = textContexts(["push a puck puck far", words.join(", "), "42"], 8)
      a!.forEach((x, i) => {
        assert.ok(Math.abs(x - b![i]!) < 1e-12)
      })
      assert.deepEqual(none, new Float64Array(8))
    })
  ))
