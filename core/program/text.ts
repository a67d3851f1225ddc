/** A program as text: one line per node, in order of computation, with shapes. */
import { type Program, signature } from "./program.ts"
import { showShape } from "./shape.ts"
import { type Tensor, topological } from "./tensor.ts"

const describe = (t: Tensor, name: (a: Tensor) => string): string => {
  const args = t.args.map(name).join(", ")
  switch (t.op.kind) {
    case "input":
      return `input ${t.op.name}`
    case "constant":
      return t.op.values.length === 1 ? String(t.op.values[0]) : `constant of ${t.op.values.length} numbers`
    case "unary":
    case "binary":
      return `${t.op.fn}(${args})`
    case "reduce":
      return `${t.op.fn}(${args}, axes [${t.op.axes.join(", ")}])`
    case "matmul":
      return `matmul(${t.args
        .map(
          (a, i) =>
            name(a) +
            ((i === 0 && t.op.kind === "matmul" ? t.op.transposeA : t.op.kind === "matmul" && t.op.transposeB)
              ? "ᵀ"
              : "")
        )
        .join(", ")})`
    case "transpose":
      return `transpose(${args}, [${t.op.order.join(", ")}])`
    case "concat":
      return `concat(${args}, axis ${t.op.axis})`
    case "slice":
      return `slice(${args}, at [${t.op.start.join(", ")}])`
    case "pad":
      return `pad(${args}, at [${t.op.low.join(", ")}])`
    case "iota":
    case "select":
    case "reshape":
    case "broadcast":
    case "gather":
    case "scatter":
    case "stopGradient":
      return `${t.op.kind}(${args})`
  }
}

/**
 * Prints a program for people.
 *
 * @example
 * text(p)
 * // mse(x: [8], y: [8]) -> loss: []
 * //   %2 = sub(%0, %1) [8]
 * //   …
 */
export const text = (p: Program): string => {
  const ids = new Map<Tensor, string>()
  const name = (t: Tensor): string => ids.get(t) ?? "?"
  const roots = Object.values(p.outputs)
  const lines = topological([...Object.values(p.inputs), ...roots]).map((t, i) => {
    ids.set(t, t.op.kind === "input" ? `%${t.op.name}` : `%${i}`)
    return `  ${name(t)} = ${describe(t, name)} ${showShape(t.shape)}`
  })
  const results = Object.entries(p.outputs).map(([k, t]) => `  ${k} <- ${name(t)}`)
  return [signature(p), ...lines, ...results].join("\n")
}
