import assert from "node:assert/strict"
import { test } from "node:test"
import { actorStep } from "../../../../bench/programs.ts"
import { type Program, program, type Tensor } from "../../../../core/program/mod.ts"
import { plan } from "../../../../core/program/plan/mod.ts"
import { printPlan } from "../../../../plugins/sessions/native/source/mod.ts"
import { operations, positive } from "../../../core/program/operations.ts"
import { built } from "../../../core/program/support.ts"
import { exact, expected, near, tolerances } from "../../../laws/session_support.ts"
import { bits, noise, same } from "../wasm/machine.ts"
import { type Machine, machine, runProgram, type Setting, widths } from "./machine.ts"
import { skip } from "./setting.ts"

const t = tolerances.f32

const outputs = (x: Tensor) =>
  Object.fromEntries(Object.entries(operations).flatMap(([k, all]) => all.map((f, i) => [`${k}${i}`, f(x)] as const)))
const small = built(program("operations", { x: [12] }, ({ x }) => outputs(x)))
const step = built(actorStep([4, 33, 64, 5], 70))

const agrees = async (
  p: Program<string, string>,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
  setting: Setting
): Promise<void> => {
  const given = Object.fromEntries(Object.entries(inputs).map(([k, x]) => [k, exact(t, x)]))
  const e = expected(p, given, t)
  assert.ok(e !== undefined)
  const got = await runProgram(p, given, setting)
  for (const k of Object.keys(p.outputs)) near(got[k]!, e.want[k]!, e.allowed(k), t, k)
}

for (const width of widths) {
  test(`every operation gives float64's numbers at width ${width}`, { skip }, () =>
    agrees(small, { x: positive }, { width })
  )

  test(`a training step gives float64's numbers at width ${width}`, { skip }, () =>
    agrees(step.program, step.inputs, { width })
  )
}

/** One instruction of each kind that threads share, and the slot of what it makes. */
const large = (m: Machine): readonly { readonly instruction: readonly number[]; readonly out: number }[] => {
  const x = m.put(noise(360_000, 5))
  const y = m.put(noise(70_000, 7))
  const index = m.put(noise(30_001, 9).map((v) => Math.floor(60 * v)))
  const make = (n: number, f: (out: number) => readonly number[]) => {
    const out = m.room(n)
    return { instruction: f(out), out }
  }
  const map = (rows: number, cols: number, kind: number, op: number) =>
    make(rows * cols, (out) => [2, rows, cols, 2, 1, 2, 1, x, 0, y, kind, bits(3), 12, 0, 1, 0, op, 3, 2, 0, 4, out])
  return [
    map(1, 300_007, 3, 4),
    map(300, 1001, 1, 2),
    map(1001, 300, 2, 6),
    map(60_001, 5, 2, 5),
    make(160 * 150, (out) => [1, 0, 1, 160, 150, 300, x, 0, y, 0, out, 0]),
    make(3 * 110 * 100, (out) => [1, 2, 3, 110, 100, 200, x, 22_000, y, 0, out, 11_000]),
    make(1100, (out) => [3, 0, 1100, 320, 1, x, out]),
    make(60_000, (out) => [3, 0, 60_000, 6, 1, x, out]),
    make(300, (out) => [3, 1, 1, 1200, 300, x, out]),
    make(300, (out) => [3, 0, 1, 1200, 300, x, out]),
    make(7 * 300, (out) => [3, 0, 7, 171, 300, x, out]),
    make(70 * 5000, (out) => [4, 3, x, 0, out, 0, 70, 50, 100, 5000, 1, 50, 5000, 100, 1]),
    make(30_001 * 7, (out) => [6, 30_001, 60, 7, x, index, out])
  ]
}

test("the numbers are the same with any number of threads", { skip }, async () => {
  const m = machine(32)
  const steps = large(m)
  const instructions = steps.map((s) => s.instruction)
  await m.run(instructions, { threads: 1 })
  const alone = steps.map(({ out }) => m.get(out))
  assert.ok(m.guarded())
  for (const threads of [2, 3, 8]) {
    for (const { out } of steps) m.set(out, new Float32Array(m.get(out).length).fill(Number.NaN))
    await m.run(instructions, { threads })
    steps.forEach(({ out }, i) => {
      same(m.get(out), alone[i]!)
    })
  }
  assert.ok(m.guarded())
})

test("the text depends on the plan alone, and only what shares work needs threads", () => {
  const print = (batch: number, threads: boolean): string =>
    printPlan(plan(built(actorStep([4, 64, 64, 2], batch)).program), { threads }).source
  assert.equal(print(64, true), print(64, true))
  assert.notEqual(print(64, true), print(65, true))
  assert.match(print(2048, true), /\{map_\d+, \d+, 1\}/)
  assert.doesNotMatch(print(2048, false), /pgx_parallel/)
  assert.doesNotMatch(print(8, true), /pgx_parallel/)
})

test("instructions that differ only in their tensors share a function", () => {
  const text = printPlan(plan(built(actorStep([64, 64, 64, 64], 64)).program), { threads: false }).source
  const calls = [...text.matchAll(/^ {2}\{(gemm_nt_\d+),/gm)].map(([, name]) => name)
  assert.equal(calls.length, 3)
  assert.equal(new Set(calls).size, 1)
})
