/** Reductions over axes that are named twice. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { evaluate, mean, program } from "../../../core/program/mod.ts"
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
