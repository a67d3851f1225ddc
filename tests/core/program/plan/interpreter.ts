/** Runs a plan number by number, as its instructions say and no faster, and counts what it does while it does it. */
import assert from "node:assert/strict"
import { binaries, unaries } from "../../../../core/program/internal.ts"
import {
  byKind,
  type Gather,
  type InstructionKind,
  type InstructionTable,
  type MapFunction,
  type Plan,
  type Scatter
} from "../../../../core/program/plan/mod.ts"

/** What was seen: operations done, and numbers moved (each once for an instruction that reads or writes it). */
export interface Seen {
  readonly outputs: Readonly<Record<string, Float64Array>>
  flops: number
  elements: number
  readonly kinds: Set<InstructionKind>
}

const functions: Readonly<Record<MapFunction, { readonly value: (a: number, b: number, c: number) => number }>> = {
  copy: { value: (a) => a },
  ...unaries,
  ...binaries,
  select: { value: (a, b, c) => (a !== 0 ? b : c) }
}

/** One run on these inputs, in float64. */
export const interpret = (plan: Plan, given: Readonly<Record<string, ArrayLike<number>>>): Seen => {
  const arena = new Float64Array(plan.arena).fill(Number.NaN)
  const memory = plan.buffers.map((b) =>
    b.kind === "temporary"
      ? arena.subarray(b.offset, b.offset + b.size)
      : (b.values?.slice() ?? new Float64Array(b.size).fill(Number.NaN))
  )
  for (const { name, buffer } of plan.inputs) if (buffer >= 0) memory[buffer]!.set(given[name] ?? assert.fail(name))
  const outputs = Object.fromEntries(plan.outputs.map((o) => [o.name, memory[o.buffer]!]))
  const seen: Seen = { outputs, flops: 0, elements: 0, kinds: new Set() }
  let touched = new Set<string>()
  const at = (slot: number): [Float64Array, number] => [memory[plan.slots[slot]!.buffer]!, plan.slots[slot]!.offset]
  const touch = (operand: string, slot: number, i: number): void => void touched.add(`${operand} ${slot} ${i}`)
  /** `operand` is the part that the slot plays: two parts of one instruction are moved each for itself. */
  const read = (operand: string, slot: number, i: number): number => {
    const [numbers, offset] = at(slot)
    touch(operand, slot, i)
    return numbers[offset + i] ?? assert.fail(`read outside of slot ${slot}`)
  }
  const write = (slot: number, i: number, value: number): void => {
    const [numbers, offset] = at(slot)
    assert.ok(offset + i < numbers.length, `write outside of slot ${slot}`)
    touch("result", slot, i)
    numbers[offset + i] = value
  }
  const flop = (value: number): number => {
    seen.flops++
    return value
  }

  /** A row is moved once for each time that an index names it. */
  const gather = ({ m, width, from, index, to }: Gather): void => {
    for (let i = 0; i < m; i++) {
      const row = read("index", index, i)
      for (let j = 0; j < width; j++) write(to, i * width + j, read(`source ${i}`, from, row * width + j))
    }
  }

  const scatter = ({ m, n, width, from, index, to }: Scatter): void => {
    for (let i = 0; i < n * width; i++) write(to, i, 0)
    for (let i = 0; i < m; i++) {
      const row = read("index", index, i)
      for (let j = 0; j < width; j++) {
        const [numbers, offset] = at(to)
        write(to, row * width + j, flop(numbers[offset + row * width + j]! + read("source", from, i * width + j)))
      }
    }
  }

  const rules: InstructionTable<[], void> = {
    gemm: ({ transposeA, transposeB, batch, m, n, k, a, b, c }) => {
      for (let item = 0; item < batch; item++) {
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 0
            for (let p = 0; p < k; p++) {
              const left = read("a", a.slot, item * a.stride + (transposeA ? p * m + i : i * k + p))
              const right = read("b", b.slot, item * b.stride + (transposeB ? j * k + p : p * n + j))
              sum = flop(sum + flop(left * right))
            }
            write(c.slot, item * c.stride + i * n + j, sum)
          }
        }
      }
    },
    map: ({ rows, cols, inputs, literals, operations, outputs }) => {
      const first = inputs.length + literals.length
      const registers = Array.from({ length: first + operations.length }, () => new Float64Array(rows * cols))
      // Every input is read before anything is written where it lies: an output may take its place.
      for (let e = 0; e < rows * cols; e++) {
        const index = { full: e, row: e % cols, column: Math.floor(e / cols), scalar: 0 }
        inputs.forEach(({ slot, kind }, i) => {
          registers[i]![e] = read(`input ${i}`, slot, index[kind])
        })
        literals.forEach((value, i) => {
          registers[inputs.length + i]![e] = value
        })
        operations.forEach(({ fn, operands: [a, b, c] }, i) => {
          registers[first + i]![e] = flop(functions[fn].value(registers[a]![e]!, registers[b]![e]!, registers[c]![e]!))
        })
      }
      for (const { register, slot } of outputs) {
        registers[register]!.forEach((v, e) => {
          write(slot, e, v)
        })
      }
    },
    reduce: ({ of, outer, r, inner, from, to }) => {
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          let total = of === "sum" ? 0 : Number.NEGATIVE_INFINITY
          for (let p = 0; p < r; p++) {
            const value = read("source", from, (o * r + p) * inner + i)
            total = flop(of === "sum" ? total + value : Math.max(total, value))
          }
          write(to, o * inner + i, total)
        }
      }
    },
    copy: ({ from, to, axes }) => {
      const walk = (axis: number, a: number, b: number): void => {
        const next = axes[axis]
        if (next === undefined) write(to, b, read("source", from, a))
        else for (let i = 0; i < next.size; i++) walk(axis + 1, a + i * next.from, b + i * next.to)
      }
      walk(0, 0, 0)
    },
    fill: ({ to, n, value }) => {
      for (let i = 0; i < n; i++) write(to, i, value)
    },
    gather,
    scatter,
    iota: ({ to, n }) => {
      for (let i = 0; i < n; i++) write(to, i, i)
    }
  }
  for (const x of plan.instructions) {
    touched = new Set()
    byKind(rules)(x)
    seen.elements += touched.size
    seen.kinds.add(x.kind)
  }
  return seen
}
