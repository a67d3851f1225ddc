import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { thinned } from "../../../plugins/watch/thinned.ts"

test("thinned() keeps the ends, the lowest and the highest point, in order and no more than asked for", () =>
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 2, max: 60 }),
      (values, most) => {
        const steps = values.map((_, i) => 3 * i)
        const few = thinned({ steps, values }, most)
        assert.ok(few.length <= Math.max(most + 2, 4))
        for (const { step, value } of few) assert.equal(values[step / 3], value)
        assert.deepEqual(
          few.map((p) => p.step),
          [...new Set(few.map((p) => p.step))].sort((a, b) => a - b)
        )
        const kept = few.map((p) => p.value)
        assert.deepEqual([kept[0], kept.at(-1)], [values[0], values.at(-1)])
        assert.deepEqual([Math.min(...kept), Math.max(...kept)], [Math.min(...values), Math.max(...values)])
      }
    )
  ))
