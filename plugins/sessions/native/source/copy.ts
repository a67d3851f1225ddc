/** COPY between strided views: loops of constant sizes around the kernel that the innermost axes allow. */
import type { Axis, Copy } from "../../../../core/program/plan/mod.ts"
import { range } from "./map.ts"
import { cost, indent, type Routine, worthThreads } from "./routine.ts"

/** From so many rows and columns on a transpose goes by squares. */
const SQUARE = 16

export const copyRoutine = (x: Copy, threads: boolean): Routine => {
  const n = x.axes.reduce((product, a) => product * a.size, 1)
  const { kernel, around, squares = false } = order(x.axes.filter((a) => a.size !== 1))
  const large = threads && n * cost.element >= worthThreads
  const [outermost, ...between] = around
  const splits = large && outermost !== undefined
  const inside = kernel("from", "to")
  const body =
    outermost === undefined
      ? inside
      : [
          ...range(outermost.size, splits),
          `for (int64_t i0 = first; i0 < last; i0++) {`,
          ...indent(nested(outermost, 0, between, kernel)),
          "}"
        ]
  return {
    name: "copy",
    comment: `[${x.axes.map((a) => a.size).join(", ")}] by [${x.axes.map((a) => a.from).join(", ")}] to [${x.axes.map((a) => a.to).join(", ")}]`,
    operands: [x.from, x.to],
    body: ["const float *from = at[0];", "float *to = at[1];", ...body],
    splits,
    headers: ["map", squares ? "turn" : "move"]
  }
}

type Kernel = (from: string, to: string) => readonly string[]

/** The body of loop `depth` over `axis`, and in it the loops over the axes between. */
const nested = (axis: Axis, depth: number, rest: readonly Axis[], kernel: Kernel): readonly string[] => {
  const [from, to] = [`from${depth}`, `to${depth}`]
  const outer = depth === 0 ? ["from", "to"] : [`from${depth - 1}`, `to${depth - 1}`]
  const places = [
    `const float *${from} = ${outer[0]} + i${depth} * ${axis.from};`,
    `float *${to} = ${outer[1]} + i${depth} * ${axis.to};`
  ]
  const [next, ...others] = rest
  if (next === undefined) return [...places, ...kernel(from, to)]
  const i = `i${depth + 1}`
  return [
    ...places,
    `for (int64_t ${i} = 0; ${i} < ${next.size}; ${i}++) {`,
    ...indent(nested(next, depth + 1, others, kernel)),
    "}"
  ]
}

interface Order {
  readonly kernel: Kernel
  readonly around: readonly Axis[]
  /** Whether the kernel is that of large transposes. */
  readonly squares?: boolean
}

/** The order of elements is free: the axes a fast kernel walks, and those around it, longest last. */
const order = (axes: readonly Axis[]): Order => {
  const without = (...taken: readonly Axis[]): readonly Axis[] =>
    axes.filter((a) => !taken.includes(a)).sort((a, b) => a.size - b.size)
  const longest = (fits: (a: Axis) => boolean): Axis | undefined => axes.filter(fits).sort((a, b) => b.size - a.size)[0]
  const both = longest((a) => a.from === 1 && a.to === 1)
  if (both !== undefined) {
    const kernel: Kernel = (from, to) => [`memcpy(${to}, ${from}, ${both.size} * sizeof(float));`]
    return { kernel, around: without(both) }
  }
  const repeated = longest((a) => a.from === 0 && a.to === 1)
  if (repeated !== undefined) {
    return { kernel: (from, to) => [`pgx_fill(${to}, ${repeated.size}, ${from}[0]);`], around: without(repeated) }
  }
  const [writes, reads] = [longest((a) => a.to === 1), longest((a) => a.from === 1)]
  if (writes !== undefined && reads !== undefined) {
    const squares = writes.size >= SQUARE && reads.size >= SQUARE
    const call: Kernel = (from, to) => [
      `${squares ? "pgx_turn" : "pgx_transpose"}(${from}, ${writes.from}, ${to}, ${reads.to}, ${writes.size}, ${reads.size});`
    ]
    return { kernel: call, around: without(writes, reads), squares }
  }
  const inner = writes ?? longest(() => true)
  if (inner === undefined) return { kernel: (from, to) => [`${to}[0] = ${from}[0];`], around: [] }
  const loop: Kernel = (from, to) => [
    `for (int64_t i = 0; i < ${inner.size}; i++) ${to}[i * ${inner.to}] = ${from}[i * ${inner.from}];`
  ]
  return { kernel: loop, around: without(inner) }
}
