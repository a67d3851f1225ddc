/** Reductions of nothing, and over axes that are named twice. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { evaluate, fill, maximum, mean, program, sum } from "../../../core/program/mod.ts"
import { built } from "./support.ts"

test("mean() divides by what it adds up, where an axis is named twice", () => {
  const p = built(
    program("means", { x: [2, 2] }, ({ x }) => ({
      once: mean(x, { axes: [1] }),
      twice: mean(x, { axes: [1, -1] }),
      all: mean(x, { axes: [0, -1, 1, -2] }),
      kept: mean(x, { axes: [-1, 1], keepAxes: true })
    }))
  )
  const once = Float64Array.of(2, 5)
  assert.deepEqual(evaluate(p, { x: [1, 3, 4, 6] }), { once, twice: once, all: Float64Array.of(3.5), kept: once })
})

test("sum() of nothing is 0, and maximum() −∞, whatever numbers there are none of", () => {
  for (const u of [1, Number.POSITIVE_INFINITY, Number.NaN]) {
    const p = built(
      program("nothing", { x: [0] }, ({ x }) => ({
        given: sum(x),
        shown: sum(fill(u, [0])),
        stepwise: sum(sum(fill(u, [0, 2]), { axes: [1] })),
        rows: sum(fill(u, [2, 0]), { axes: [1] }),
        most: maximum(fill(u, [0]))
      }))
    )
    const zero = Float64Array.of(0)
    const most = Float64Array.of(Number.NEGATIVE_INFINITY)
    const want = { given: zero, shown: zero, stepwise: zero, rows: Float64Array.of(0, 0), most }
    assert.deepEqual(evaluate(p, { x: [] }), want, `no ${u}`)
  }
})
