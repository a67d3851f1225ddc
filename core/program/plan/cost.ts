/** What one run of a plan costs, counted from its instructions alone. */
import { byKind, type Instruction, type InstructionTable, type MapInstruction } from "./instruction.ts"

export interface Cost {
  readonly flops: number
  readonly bytes: number
}

/**
 * Exact cost of instructions, summed. Every session reports these figures, whatever its own code does.
 *
 *     instruction   floating-point operations         elements moved
 *     GEMM          2·batch·m·n·k                     items(A)·m·k + items(B)·k·n + batch·m·n
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
export const costOf = (instructions: readonly Instruction[]): Cost => {
  let [flops, elements] = [0, 0]
  for (const x of instructions) {
    const cost = byKind(rules)(x)
    flops += cost[0]
    elements += cost[1]
  }
  return { flops, bytes: 4 * elements }
}

/** Operations and elements of one instruction. */
const rules: InstructionTable<[], readonly [flops: number, elements: number]> = {
  gemm: ({ batch, m, n, k, a, b }) => {
    const items = (stride: number): number => (stride === 0 ? Math.min(batch, 1) : batch)
    return [2 * batch * m * n * k, items(a.stride) * m * k + items(b.stride) * k * n + batch * m * n]
  },
  map: (x) => {
    const n = x.rows * x.cols
    const read = x.inputs.reduce((sum, { kind }) => sum + inputElements(x)[kind], 0)
    return [x.operations.length * n, read + x.outputs.length * n]
  },
  reduce: ({ outer, r, inner }) => [outer * r * inner, outer * r * inner + outer * inner],
  copy: ({ axes }) => {
    const written = axes.reduce((n, a) => n * a.size, 1)
    const read = axes.reduce((n, a) => (a.from === 0 ? n : n * a.size), 1)
    return [0, written === 0 ? 0 : read + written]
  },
  fill: ({ n }) => [0, n],
  gather: ({ m, width }) => [0, m + 2 * m * width],
  scatter: ({ m, n, width }) => [m * width, m + m * width + n * width],
  iota: ({ n }) => [0, n]
}

/** Elements that an input of each kind has. */
const inputElements = ({ rows, cols }: MapInstruction) => ({ full: rows * cols, row: cols, column: rows, scalar: 1 })
