/** Runs a tape number by number, as the ABI says and no faster, and counts what it does while it does it. */
import assert from "node:assert/strict"
import { functionCode, opcode, type Plan } from "../../../../core/program/plan/mod.ts"

/** What was seen: operations done, and numbers moved (each once for an instruction that reads or writes it). */
export interface Seen {
  readonly outputs: Readonly<Record<string, Float64Array>>
  flops: number
  elements: number
  readonly instructions: Set<number>
}

const functions: Readonly<Record<number, (a: number, b: number, c: number) => number>> = {
  [functionCode.copy]: (a) => a,
  [functionCode.neg]: (a) => -a,
  [functionCode.exp]: (a) => Math.exp(a),
  [functionCode.log]: (a) => Math.log(a),
  [functionCode.tanh]: (a) => Math.tanh(a),
  [functionCode.sigmoid]: (a) => 1 / (1 + Math.exp(-a)),
  [functionCode.softplus]: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
  [functionCode.sqrt]: (a) => Math.sqrt(a),
  [functionCode.abs]: (a) => Math.abs(a),
  [functionCode.sign]: (a) => Math.sign(a),
  [functionCode.add]: (a, b) => a + b,
  [functionCode.sub]: (a, b) => a - b,
  [functionCode.mul]: (a, b) => a * b,
  [functionCode.div]: (a, b) => a / b,
  [functionCode.max]: (a, b) => Math.max(a, b),
  [functionCode.min]: (a, b) => Math.min(a, b),
  [functionCode.lt]: (a, b) => Number(a < b),
  [functionCode.le]: (a, b) => Number(a <= b),
  [functionCode.eq]: (a, b) => Number(a === b),
  [functionCode.select]: (a, b, c) => (a !== 0 ? b : c)
}

const float = (bits: number): number => new Float32Array(Int32Array.of(bits).buffer)[0]!

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
  const seen: Seen = { outputs, flops: 0, elements: 0, instructions: new Set() }
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

  const gemm = ([
    flags = 0,
    batch = 0,
    m = 0,
    n = 0,
    k = 0,
    a = 0,
    stepA = 0,
    b = 0,
    stepB = 0,
    c = 0,
    stepC = 0
  ]: Int32Array) => {
    for (let item = 0; item < batch; item++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = flags & 4 ? read("old", c, item * stepC + i * n + j) : 0
          for (let p = 0; p < k; p++) {
            const left = read("a", a, item * stepA + (flags & 1 ? p * m + i : i * k + p))
            const right = read("b", b, item * stepB + (flags & 2 ? j * k + p : p * n + j))
            sum = flop(sum + flop(left * right))
          }
          write(c, item * stepC + i * n + j, sum)
        }
      }
    }
  }

  const map = (x: Int32Array): void => {
    const [rows = 0, cols = 0, inputs = 0, literals = 0, ops = 0, outs = 0] = x
    const [ins, lits] = [6, 6 + 2 * inputs]
    const [code, out] = [lits + literals, lits + literals + 4 * ops]
    const registers = Array.from({ length: inputs + literals + ops }, () => new Float64Array(rows * cols))
    // Every input is read before anything is written where it lies: an output may take its place.
    for (let e = 0; e < rows * cols; e++) {
      const index = [e, e % cols, Math.floor(e / cols), 0]
      for (let i = 0; i < inputs; i++) {
        registers[i]![e] = read(`input ${i}`, x[ins + 2 * i]!, index[x[ins + 2 * i + 1]!]!)
      }
      for (let i = 0; i < literals; i++) registers[inputs + i]![e] = float(x[lits + i]!)
      for (let i = 0; i < ops; i++) {
        const [op, a, b, c] = x.subarray(code + 4 * i, code + 4 * i + 4)
        const f = functions[op!] ?? assert.fail(`function ${op}`)
        registers[inputs + literals + i]![e] = flop(f(registers[a!]![e]!, registers[b!]![e]!, registers[c!]![e]!))
      }
    }
    for (let i = 0; i < outs; i++) {
      const [register, slot] = [x[out + 2 * i]!, x[out + 2 * i + 1]!]
      registers[register]!.forEach((v, e) => {
        write(slot, e, v)
      })
    }
  }

  const reduce = ([kind = 0, outer = 0, r = 0, inner = 0, src = 0, dst = 0]: Int32Array): void => {
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let total = kind === 0 ? 0 : Number.NEGATIVE_INFINITY
        for (let p = 0; p < r; p++) {
          const value = read("source", src, (o * r + p) * inner + i)
          total = flop(kind === 0 ? total + value : Math.max(total, value))
        }
        write(dst, o * inner + i, total)
      }
    }
  }

  const copy = (x: Int32Array): void => {
    const [rank = 0, src = 0, from = 0, dst = 0, to = 0] = x
    const walk = (axis: number, a: number, b: number): void => {
      if (axis === rank) write(dst, b, read("source", src, a))
      else {
        const [size, stepA, stepB] = [x[5 + axis]!, x[5 + rank + axis]!, x[5 + 2 * rank + axis]!]
        for (let i = 0; i < size; i++) walk(axis + 1, a + i * stepA, b + i * stepB)
      }
    }
    walk(0, from, to)
  }

  /** A row is moved once for each time that an index names it. */
  const gather = ([m = 0, , width = 0, src = 0, index = 0, dst = 0]: Int32Array): void => {
    for (let i = 0; i < m; i++) {
      const row = read("index", index, i)
      for (let j = 0; j < width; j++) write(dst, i * width + j, read(`source ${i}`, src, row * width + j))
    }
  }

  const scatter = ([m = 0, n = 0, width = 0, src = 0, index = 0, dst = 0]: Int32Array): void => {
    for (let i = 0; i < n * width; i++) write(dst, i, 0)
    for (let i = 0; i < m; i++) {
      const row = read("index", index, i)
      for (let j = 0; j < width; j++) {
        const [numbers, offset] = at(dst)
        write(dst, row * width + j, flop(numbers[offset + row * width + j]! + read("source", src, i * width + j)))
      }
    }
  }

  const rules: Readonly<Record<number, (operands: Int32Array) => void>> = {
    [opcode.gemm]: gemm,
    [opcode.map]: map,
    [opcode.reduce]: reduce,
    [opcode.copy]: copy,
    [opcode.fill]: ([dst = 0, n = 0, bits = 0]) => {
      for (let i = 0; i < n; i++) write(dst, i, float(bits))
    },
    [opcode.gather]: gather,
    [opcode.scatter]: scatter,
    [opcode.iota]: ([dst = 0, n = 0]) => {
      for (let i = 0; i < n; i++) write(dst, i, i)
    }
  }
  for (let word = 0; word < plan.tape.length; word += plan.tape[word + 1]!) {
    const code = plan.tape[word]!
    const rule = rules[code] ?? assert.fail(`instruction ${code}`)
    touched = new Set()
    rule(plan.tape.subarray(word + 2, word + plan.tape[word + 1]!))
    seen.elements += touched.size
    seen.instructions.add(code)
  }
  return seen
}
