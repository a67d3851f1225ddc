/** Rows by number: what single precision cannot number, and rows that there are not. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as E from "fp-ts/lib/Either.js"
import {
  constant,
  evaluate,
  fill,
  gather,
  type Program,
  perExample,
  pick,
  program,
  scatter,
  type Tensor,
  topological
} from "../../../core/program/mod.ts"
import { built } from "./support.ts"

const refusal = (e: E.Either<{ readonly message: string }, unknown>): string =>
  E.isLeft(e) ? e.left.message : assert.fail("it was not refused")

test("pick() of more elements than single precision can number compares, where it would gather", () => {
  const kinds = (rows: number): ReadonlySet<string> => {
    const p = built(program("p", { x: [rows, 16], i: [rows] }, ({ x, i }) => ({ y: pick(x, i) })))
    return new Set(topological([p.outputs.y]).map((t) => t.op.kind))
  }
  assert.ok(kinds(2 ** 20).has("gather"))
  assert.ok(!kinds(2 ** 20 + 1).has("gather"))
})

test("pick() refuses an index without a column, where the program itself shows it", () => {
  for (const columns of [3, 20]) {
    for (const [index, odd] of [
      [constant([0, columns]), columns],
      [constant([1.5, 0]), 1.5],
      [fill(-1, [2]), -1]
    ] as const) {
      const p = program("p", { x: [2, columns] }, ({ x }) => ({ y: pick(x, index) }))
      assert.match(
        refusal(p),
        new RegExp(`^Cannot pick: want an index of 0…${columns - 1} in \\[2, ${columns}\\], got ${odd} \\(at `)
      )
    }
  }
})

/** Two examples of three rows, by a constant index with rows that there are not. */
const inBatches = (f: (x: Tensor) => Tensor): Float64Array => {
  const one: Program<"x", "y"> = built(program("rows", { x: [3] }, ({ x }) => ({ y: f(x) })))
  return evaluate(built(perExample({ batched: ["x"], size: 2 })(one)), { x: [1, 2, 3, 4, 5, 6] }).y
}

test("perExample() of gather() gives NaN for a row that the program shows there is not, and no other example's", () => {
  const { NaN: none } = Number
  assert.deepEqual(
    inBatches((x) => gather(x, constant([2, 3, -1]))),
    Float64Array.of(3, none, none, 6, none, none)
  )
  assert.deepEqual(
    inBatches((x) => gather(x, fill(3, [2]))),
    Float64Array.of(none, none, none, none)
  )
  assert.deepEqual(
    inBatches((x) => gather(x, constant([0, 2, 1]))),
    Float64Array.of(1, 3, 2, 4, 6, 5)
  )
})

test("perExample() of scatter() leaves out what goes to a row that the program shows there is not", () =>
  assert.deepEqual(
    inBatches((x) => scatter(x, constant([1, 2, -1]), 2)),
    Float64Array.of(0, 1, 0, 4)
  ))

test("perExample() refuses more rows of all examples than single precision can number", () => {
  const size = 3
  const [most, rows] = [2 ** 24 / 2, [2]]
  for (const one of [
    program("far", { x: [most], i: rows }, ({ x, i }) => ({ y: gather(x, i) })),
    program("far", { x: rows, i: rows }, ({ x, i }) => ({ y: scatter(x, i, most) }))
  ]) {
    const p: Program<string, string> = built(one)
    assert.ok(E.isRight(perExample<string>({ batched: ["x", "i"], size: 2 })(p)))
    assert.match(
      refusal(perExample<string>({ batched: ["x", "i"], size })(p)),
      /^Cannot number the rows of all examples: want at most 16777216, .*, got 3 × 8388608/
    )
  }
})
