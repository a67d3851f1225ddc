/** What one run of a plan costs, counted from its instructions alone. */
import { opcode } from "./tape.ts"

export interface TapeCost {
  readonly flops: number
  readonly bytes: number
}

/**
 * Exact cost of a tape: the sum over its instructions. Every session reports these figures, whatever its own code does.
 *
 *     instruction   floating-point operations         elements moved
 *     GEMM          2·batch·m·n·k                     items(A)·m·k + items(B)·k·n + batch·m·n (twice when added to C)
 *     MAP           rows·cols for each function       inputs by kind + rows·cols for each output
 *     REDUCE        outer·r·inner                     outer·r·inner + outer·inner
 *     COPY          0                                 elements of the source, each once, + elements written
 *     FILL, IOTA    0                                 n
 *     GATHER        0                                 m + 2·m·width
 *     SCATTER       m·width                           m + m·width + n·width
 *
 * A multiply-add is 2 operations; every elementwise function is 1, an exponential and a comparison alike; a reduction is
 * 1 for each number it takes in. A number counts as moved once for each instruction that reads or writes it, in a cache
 * or not; one that is repeated (a shared matrix of a batch, a row added to every row) is read once. Numbers are float32,
 * so that sessions of any precision tell the same.
 *
 * - Shapes: `items` is the batch, or 1 for a matrix that the batch shares.
 * - Units: operations; bytes, 4 for each element.
 */
export const tapeCost = (words: Int32Array): TapeCost => {
  let [flops, elements] = [0, 0]
  for (let at = 0; at < words.length; at += words[at + 1]!) {
    const rule = rules[words[at]!]
    if (rule === undefined) continue
    const cost = rule(words.subarray(at + 2, at + words[at + 1]!))
    flops += cost[0]
    elements += cost[1]
  }
  return { flops, bytes: 4 * elements }
}

/** Operations and elements of an instruction with these operands. */
type Rule = (operands: Int32Array) => readonly [number, number]

/** Elements that a map's input of each kind has: full, row, column, scalar. */
const inputElements = (kind: number, rows: number, cols: number): number => [rows * cols, cols, rows, 1][kind]!

const rules: Readonly<Record<number, Rule>> = {
  [opcode.gemm]: ([flags = 0, batch = 0, m = 0, n = 0, k = 0, , stepA, , stepB]) => {
    const items = (step: number | undefined): number => (step === 0 ? Math.min(batch, 1) : batch)
    const result = batch * m * n * (flags & 4 ? 2 : 1)
    return [2 * batch * m * n * k, items(stepA) * m * k + items(stepB) * k * n + result]
  },
  [opcode.map]: (operands) => {
    const [rows = 0, cols = 0, inputs = 0, , functions = 0, outputs = 0] = operands
    let read = 0
    for (let i = 0; i < inputs; i++) read += inputElements(operands[7 + 2 * i]!, rows, cols)
    return [functions * rows * cols, read + outputs * rows * cols]
  },
  [opcode.reduce]: ([, outer = 0, r = 0, inner = 0]) => [outer * r * inner, outer * r * inner + outer * inner],
  [opcode.copy]: (operands) => {
    const rank = operands[0]!
    let [read, written] = [1, 1]
    for (let axis = 0; axis < rank; axis++) {
      const size = operands[5 + axis]!
      written *= size
      if (operands[5 + rank + axis] !== 0) read *= size
    }
    return [0, written === 0 ? 0 : read + written]
  },
  [opcode.fill]: ([, n = 0]) => [0, n],
  [opcode.gather]: ([m = 0, , width = 0]) => [0, m + 2 * m * width],
  [opcode.scatter]: ([m = 0, n = 0, width = 0]) => [m * width, m + m * width + n * width],
  [opcode.iota]: ([, n = 0]) => [0, n]
}
