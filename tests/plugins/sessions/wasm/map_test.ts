import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { relaxedAvailable } from "../../../../plugins/sessions/wasm/module.ts"
import { bits, type Machine, machine, noise, same } from "./machine.ts"

const machines: readonly Machine[] = [machine(false), ...(relaxedAvailable() ? [machine(true)] : [])]

const f32 = Math.fround
const truth = (x: boolean): number => (x ? 1 : 0)
const flush = (x: number): number => (Math.abs(x) < 2 ** -126 ? 0 : x)
/** The operations that float32 defines to the last bit, by code. */
const exact: Readonly<Record<number, (a: number, b: number, c: number) => number>> = {
  0: (a) => a,
  1: (a) => -a,
  7: (a) => f32(Math.sqrt(a)),
  8: (a) => Math.abs(a),
  9: (a) => Math.sign(a),
  10: (a, b) => f32(a + b),
  11: (a, b) => f32(a - b),
  12: (a, b) => flush(f32(a * b)),
  13: (a, b) => flush(f32(a / b)),
  14: (a, b) => Math.max(a, b),
  15: (a, b) => Math.min(a, b),
  16: (a, b) => truth(a < b),
  17: (a, b) => truth(a <= b),
  18: (a, b) => truth(a === b),
  19: (a, b, c) => (a !== 0 ? b : c)
}
const codes = Object.keys(exact).map(Number)

const group = fc.record({
  rows: fc.oneof({ weight: 4, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.constantFrom(33, 70) }),
  cols: fc.oneof({ weight: 4, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.constantFrom(31, 64, 333, 1100) }),
  kinds: fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
  literals: fc.array(fc.constantFrom(0, 1, -2.5, Number.NaN, Number.POSITIVE_INFINITY, 1e-30), { maxLength: 2 }),
  ops: fc.array(fc.tuple(fc.constantFrom(...codes), fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 9 }),
  outs: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
  inPlace: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1 << 30 })
})

test("MAP does what its operations say, one element at a time, bit for bit", () => {
  fc.assert(
    fc.property(group, ({ rows, cols, kinds, literals, ops, outs, inPlace, seed }) => {
      const count = rows * cols
      const lengths = [count, cols, rows, 1]
      const inputs = kinds.map((kind, i) => noise(lengths[kind]!, seed + 2 * i))
      const first = kinds.length + literals.length
      const program = ops.map(([op, a, b, c], i) => [op, a % (first + i), b % (first + i), c % (first + i)] as const)
      const registers = outs.map((o) => o % (first + ops.length))
      // Plain float32, element by element.
      const want = registers.map(() => new Float32Array(count))
      for (let e = 0; e < count; e++) {
        const [row, col] = [Math.floor(e / cols), e % cols]
        const r = [...kinds.map((kind, i) => inputs[i]![[e, col, row, 0][kind]!]!), ...literals.map(f32)]
        for (const [op, a, b, c] of program) r.push(exact[op]!(r[a]!, r[b]!, r[c]!))
        for (const [o, register] of registers.entries()) want[o]![e] = r[register]!
      }
      for (const at of machines) {
        at.reset()
        const slots = inputs.map((x) => at.put(x))
        // The last output may take the place of a full input that nothing reads after the operation.
        const last = registers[registers.length - 1]!
        const over = kinds.findIndex(
          (kind, i) =>
            kind === 0 &&
            !registers.includes(i) &&
            program.every((p, o) => first + o <= last || ![p[1], p[2], p[3]].includes(i))
        )
        const takes = inPlace && last >= first && over >= 0 && registers.indexOf(last) === registers.length - 1
        const results = registers.map((_, o) => (takes && o === registers.length - 1 ? slots[over]! : at.room(count)))
        const status = at.run([
          ...[2, rows, cols, kinds.length, literals.length, ops.length, outs.length],
          ...kinds.flatMap((kind, i) => [slots[i]!, kind]),
          ...literals.map(bits),
          ...program.flat(),
          ...registers.flatMap((register, o) => [register, results[o]!])
        ])
        assert.equal(status, 0)
        for (const [o, w] of want.entries()) same(at.get(results[o]!), w)
        assert.ok(at.guarded(), "a word after a tensor was overwritten")
      }
    }),
    { numRuns: 200 }
  )
})
