/** A program as text: one line per node, in order of computation, with shapes. */
import { type Program, signature } from "./program.ts"
import { showShape } from "./shape.ts"
import { byPrimitive, type Op, type Rules, type Tensor, topological } from "./tensor.ts"

/** A call of the primitive's own name. */
const plain = (op: Op, args: readonly string[]): string => `${op.kind}(${args.join(", ")})`
const list = (numbers: readonly number[]): string => `[${numbers.join(", ")}]`

const descriptions: Rules<[args: readonly string[]], string> = {
  input: ({ name }) => `input ${name}`,
  constant: ({ values }) => (values.length === 1 ? String(values[0]) : `constant of ${values.length} numbers`),
  iota: plain,
  unary: ({ fn }, args) => `${fn}(${args.join(", ")})`,
  binary: ({ fn }, args) => `${fn}(${args.join(", ")})`,
  select: plain,
  matmul: ({ transposeA, transposeB }, [a, b]) => `matmul(${a}${transposeA ? "ᵀ" : ""}, ${b}${transposeB ? "ᵀ" : ""})`,
  reduce: ({ fn, axes }, args) => `${fn}(${args.join(", ")}, axes ${list(axes)})`,
  reshape: plain,
  transpose: ({ order }, args) => `transpose(${args.join(", ")}, ${list(order)})`,
  broadcast: plain,
  concat: ({ axis }, args) => `concat(${args.join(", ")}, axis ${axis})`,
  slice: ({ start }, args) => `slice(${args.join(", ")}, at ${list(start)})`,
  pad: ({ low }, args) => `pad(${args.join(", ")}, at ${list(low)})`,
  gather: plain,
  scatter: plain,
  stopGradient: plain
}

/**
 * Prints a program for people.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { program } from "policygradex"
 *
 * const squares = program.program("squares", { x: [3] }, ({ x }) => ({ y: program.sum(program.square(x)) }))
 * const lines = E.map((p: program.Program) => program.text(p).split("\n"))(squares)
 * lines
 * // => right(["squares(x: [3]) -> y: []", "  %x = input x [3]", "  %1 = mul(%x, %x) [3]", "  %2 = sum(%1, axes [0]) []", "  y <- %2"])
 * ```
 */
export const text = (p: Program): string => {
  const ids = new Map<Tensor, string>()
  const name = (t: Tensor): string => ids.get(t) ?? "?"
  const roots = Object.values(p.outputs)
  const lines = topological([...Object.values(p.inputs), ...roots]).map((t, i) => {
    ids.set(t, t.op.kind === "input" ? `%${t.op.name}` : `%${i}`)
    return `  ${name(t)} = ${byPrimitive(descriptions)(t.op, t.args.map(name))} ${showShape(t.shape)}`
  })
  const results = Object.entries(p.outputs).map(([k, t]) => `  ${k} <- ${name(t)}`)
  return [signature(p), ...lines, ...results].join("\n")
}
