/** Forward mode: one rule per primitive gives the result's tangent. */
import * as P from "./primitive.ts"
import { type Tensor, topological } from "./tensor.ts"
import { unaryRule } from "./unary_rule.ts"

type Tangent = Tensor | undefined

const times = (a: Tensor, b: Tensor): Tensor => P.binary("mul", a, b)
const plus = (a: Tangent, b: Tangent): Tangent => (a === undefined ? b : b === undefined ? a : P.binary("add", a, b))
const oneMinus = (x: Tensor): Tensor => P.binary("sub", P.fill(1, x.shape), x)
const zeroFor = (x: Tensor): Tensor => P.fill(0, x.shape)

/** Tangent of max/min: that of the winner, the mean of both where equal. */
const winner = (aFirst: Tensor, bFirst: Tensor, da: Tangent, db: Tangent): Tangent => {
  const half = P.fill(0.5, aFirst.shape)
  const w = times(half, P.binary("add", aFirst, oneMinus(bFirst)))
  return plus(da && times(da, w), db && times(db, oneMinus(w)))
}

const binaryRule = (y: Tensor, da: Tangent, db: Tangent): Tangent => {
  const [a, b] = [y.args[0]!, y.args[1]!]
  if (y.op.kind !== "binary") return undefined
  switch (y.op.fn) {
    case "add":
      return plus(da, db)
    case "sub":
      return plus(da, db && P.unary("neg", db))
    case "mul":
      return plus(da && times(da, b), db && times(a, db))
    case "div":
      return plus(da && P.binary("div", da, b), db && P.unary("neg", P.binary("div", times(y, db), b)))
    case "max":
      return winner(P.binary("lt", b, a), P.binary("lt", a, b), da, db)
    case "min":
      return winner(P.binary("lt", a, b), P.binary("lt", b, a), da, db)
    case "lt":
    case "le":
    case "eq":
      return undefined
  }
}

/** Tangent of `y`, given its operands' tangents (at least one is there). */
const rule = (y: Tensor, d: readonly Tangent[]): Tangent => {
  const [da, db] = d
  switch (y.op.kind) {
    case "input":
    case "constant":
    case "iota":
    case "stopGradient":
      return undefined
    case "unary":
      return da && unaryRule(y, y.args[0]!, da)
    case "binary":
      return binaryRule(y, da, db)
    case "select":
      return P.select(y.args[0]!, d[1] ?? zeroFor(y), d[2] ?? zeroFor(y))
    case "matmul": {
      const { transposeA: ta, transposeB: tb } = y.op
      const [a, b] = [y.args[0]!, y.args[1]!]
      return plus(da && P.matmul(da, b, ta, tb), db && P.matmul(a, db, ta, tb))
    }
    case "reduce": {
      const { axes, fn } = y.op
      if (fn === "sum") return da && P.reduce("sum", da, axes)
      const x = y.args[0]!
      const wide = P.broadcast(
        P.reshape(
          y,
          x.shape.map((n, i) => (axes.includes(i) ? 1 : n))
        ),
        x.shape
      )
      const hit = P.binary("eq", x, wide)
      return da && P.binary("div", P.reduce("sum", times(da, hit), axes), P.reduce("sum", hit, axes))
    }
    case "reshape":
      return da && P.reshape(da, y.shape)
    case "transpose":
      return da && P.transpose(da, y.op.order)
    case "broadcast":
      return da && P.broadcast(da, y.shape)
    case "concat":
      return P.concat(
        y.args.map((a, i) => d[i] ?? zeroFor(a)),
        y.op.axis
      )
    case "slice":
      return da && P.slice(da, y.op.start, y.shape)
    case "pad":
      return da && P.pad(da, y.op.low, y.shape)
    case "gather":
      return da && P.gather(da, y.args[1]!)
    case "scatter":
      return da && P.scatter(da, y.args[1]!, y.shape[0]!)
  }
}

/**
 * Jacobian-vector product: the tangent ẏ = Σ_x ∂y/∂x · ẋ of every output, for tangents ẋ of some nodes.
 * Source: forward accumulation; the cost is that of the program itself, whatever the number of inputs.
 */
export const pushforward = (
  outputs: readonly Tensor[],
  seeds: readonly { readonly of: Tensor; readonly tangent: Tensor }[]
): readonly Tensor[] => {
  const tangents = new Map<Tensor, Tensor>(seeds.map((s) => [s.of, s.tangent]))
  for (const n of topological(outputs)) {
    if (tangents.has(n)) continue
    const d = n.args.map((a) => tangents.get(a))
    if (d.every((t) => t === undefined)) continue
    const t = rule(n, d)
    if (t !== undefined) tangents.set(n, t)
  }
  return outputs.map((o) => tangents.get(o) ?? zeroFor(o))
}
