import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { add, evaluate, matmul, program, tanh, topological } from "../../../../core/program/mod.ts"
import { costOf, type InstructionKind, plan } from "../../../../core/program/plan/mod.ts"
import { construct, recipe, valuesFor } from "../arbitrary.ts"
import { built } from "../support.ts"
import { interpret } from "./interpreter.ts"

const everyKind: Readonly<Record<InstructionKind, true>> = {
  gemm: true,
  map: true,
  reduce: true,
  copy: true,
  fill: true,
  gather: true,
  scatter: true,
  iota: true
}

const compares: ReadonlySet<string> = new Set(["lt", "le", "eq"])

test("a plan's cost is what running it number by number does, for random programs", () => {
  const met = new Set<InstructionKind>()
  fc.assert(
    fc.property(recipe(0), (r) => {
      const p = construct(r)
      const planned = plan(p)
      const x = valuesFor(r)
      const seen = interpret(planned, x)
      assert.equal(planned.flops, seen.flops)
      assert.equal(planned.bytes, 4 * seen.elements)
      for (const kind of seen.kinds) met.add(kind)
      // What was counted is the program. A plan holds literals in float32, which is enough to turn a comparison over.
      const jumps = topological(Object.values(p.outputs)).some((t) => t.op.kind === "binary" && compares.has(t.op.fn))
      for (const [name, want] of jumps ? [] : Object.entries(evaluate(p, x))) {
        want.forEach((v, i) => {
          const off = Math.abs(v - seen.outputs[name]![i]!)
          assert.ok(off <= 1e-5 * Math.max(1, Math.abs(v)) || Object.is(v, seen.outputs[name]![i]), `${name}[${i}]`)
        })
      }
    }),
    { numRuns: 300 }
  )
  assert.deepEqual([...met].sort(), Object.keys(everyKind).sort(), "every instruction was met")
})

test("a product of 2x3 and 3x4 is 48 operations and 104 bytes", () => {
  const p = plan(built(program("product", { a: [2, 3], b: [3, 4] }, ({ a, b }) => ({ c: matmul(a, b) }))))
  assert.deepEqual([p.flops, p.bytes], [48, 4 * (6 + 12 + 8)])
})

test("fused functions move their inputs and their result, and nothing in between", () => {
  const p = plan(built(program("chain", { a: [5, 2], row: [2] }, ({ a, row }) => ({ y: tanh(tanh(add(a, row))) }))))
  assert.deepEqual([p.flops, p.bytes], [30, 4 * (10 + 2 + 10)])
})

test("a matrix that a batch shares is read once", () => {
  const p = plan(built(program("batch", { a: [3, 2, 4], b: [4, 5] }, ({ a, b }) => ({ c: matmul(a, b) }))))
  assert.deepEqual([p.flops, p.bytes], [2 * 3 * 2 * 4 * 5, 4 * (24 + 20 + 30)])
})

test("costOf() of nothing is nothing", () => assert.deepEqual(costOf([]), { flops: 0, bytes: 0 }))
