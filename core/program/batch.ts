/** Batching: one rule per primitive lifts it over a new leading axis, so that one example's program serves many. */
import * as P from "./primitive.ts"
import { type Shape, size } from "./shape.ts"
import { type Tensor, topological } from "./tensor.ts"

/** Adds the batch axis where it is missing, repeating the value. */
const widen = (x: Tensor, batched: boolean, n: number): Tensor => (batched ? x : P.broadcast(x, [n, ...x.shape]))

/** Right-aligns a batched operand [n, …s] with a result [n, …shape] of higher rank. */
const align = (x: Tensor, shape: Shape): Tensor => {
  const own = x.shape.slice(1)
  return P.reshape(x, [x.shape[0]!, ...new Array<number>(shape.length - own.length).fill(1), ...own])
}

const matmulRule = (y: Tensor, a: Tensor, b: Tensor, isA: boolean, isB: boolean, n: number): Tensor => {
  if (y.op.kind !== "matmul") return y
  const { transposeA, transposeB } = y.op
  if (y.shape.length === 2) return P.matmul(a, b, transposeA, transposeB)
  // The operands already have a batch: join both batches into one.
  const inner = y.shape[0]!
  const join = (x: Tensor, plain: Shape, is: boolean): Tensor => {
    if (plain.length === 2 && !is) return x
    const full = plain.length === 2 ? P.reshape(x, [n, 1, ...plain]) : widen(x, is, n)
    return P.reshape(P.broadcast(full, [n, inner, ...plain.slice(-2)]), [n * inner, ...plain.slice(-2)])
  }
  const out = P.matmul(join(a, y.args[0]!.shape, isA), join(b, y.args[1]!.shape, isB), transposeA, transposeB)
  return P.reshape(out, [n, ...y.shape])
}

/** Index of row i of example v in the rows of all examples: index + v·rows. */
const offsetIndex = (index: Tensor, rows: number, n: number): Tensor => {
  const m = index.shape[1]!
  const step = P.binary("mul", P.iota(n), P.fill(rows, [n]))
  return P.reshape(P.binary("add", index, P.broadcast(P.reshape(step, [n, 1]), [n, m])), [n * m])
}

const rule = (y: Tensor, args: readonly Tensor[], is: readonly boolean[], n: number): Tensor => {
  const all = () => args.map((a, i) => widen(a, is[i]!, n))
  const [a, b] = args
  switch (y.op.kind) {
    case "input":
    case "constant":
    case "iota":
      return y
    case "stopGradient":
      return P.stopGradient(a!)
    case "unary":
      return P.unary(y.op.fn, a!)
    case "binary": {
      const [p, q] = all()
      return P.binary(y.op.fn, p!, q!)
    }
    case "select": {
      const [c, p, q] = all()
      return P.select(c!, p!, q!)
    }
    case "matmul":
      return matmulRule(y, a!, b!, is[0]!, is[1]!, n)
    case "reduce":
      return P.reduce(
        y.op.fn,
        a!,
        y.op.axes.map((i) => i + 1)
      )
    case "reshape":
      return P.reshape(a!, [n, ...y.shape])
    case "transpose":
      return P.transpose(a!, [0, ...y.op.order.map((i) => i + 1)])
    case "broadcast":
      return P.broadcast(align(a!, y.shape), [n, ...y.shape])
    case "concat":
      return P.concat(all(), y.op.axis + 1)
    case "slice":
      return P.slice(a!, [0, ...y.op.start], [n, ...y.shape])
    case "pad":
      return P.pad(a!, [0, ...y.op.low], [n, ...y.shape])
    case "gather": {
      const rows = y.args[0]!.shape[0]!
      if (!is[0]) {
        const flat = P.gather(a!, P.reshape(b!, [size(b!.shape)]))
        return P.reshape(flat, [n, ...y.shape])
      }
      const index = widen(b!, is[1]!, n)
      const flat = P.reshape(a!, [n * rows, ...a!.shape.slice(2)])
      return P.reshape(P.gather(flat, offsetIndex(index, rows, n)), [n, ...y.shape])
    }
    case "scatter": {
      const rows = y.shape[0]!
      const [x, index] = all()
      const flat = P.reshape(x!, [size(x!.shape.slice(0, 2)), ...x!.shape.slice(2)])
      return P.reshape(P.scatter(flat, offsetIndex(index!, rows, n), n * rows), [n, ...y.shape])
    }
  }
}

/**
 * Rebuilds `outputs` with some nodes replaced by batches of `n` (shape `[n, …]`): every output gains a leading axis.
 */
export const batch = (
  outputs: readonly Tensor[],
  replace: readonly { readonly of: Tensor; readonly by: Tensor }[],
  n: number
): readonly Tensor[] => {
  const lifted = new Map<Tensor, Tensor>(replace.map((r) => [r.of, r.by]))
  for (const y of topological(outputs)) {
    if (lifted.has(y) || !y.args.some((a) => lifted.has(a))) continue
    const args = y.args.map((a) => lifted.get(a) ?? a)
    lifted.set(
      y,
      rule(
        y,
        args,
        y.args.map((a) => lifted.has(a)),
        n
      )
    )
  }
  return outputs.map((o) => lifted.get(o) ?? widen(o, false, n))
}
