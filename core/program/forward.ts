/** Forward mode: one rule per primitive gives the result's tangent. */
import { binaries, unaries } from "./elementwise.ts"
import * as P from "./primitive.ts"
import { byPrimitive, type Rules, type Tensor, topological } from "./tensor.ts"

type Tangent = Tensor | undefined

const times = (a: Tensor, b: Tensor): Tensor => P.binary("mul", a, b)
const plus = (a: Tangent, b: Tangent): Tangent => (a === undefined ? b : b === undefined ? a : P.binary("add", a, b))
const zeroFor = (x: Tensor): Tensor => P.fill(0, x.shape)

/** No tangent. */
const constant = (): undefined => undefined

/** Tangent of `y`, given its operands' tangents (at least one is there). */
const rules: Rules<[y: Tensor, d: readonly Tangent[]], Tangent> = {
  input: constant,
  constant,
  iota: constant,
  stopGradient: constant,
  unary: ({ fn }, y, [d]) => d && unaries[fn].derivative(d, y, y.args[0]!),
  binary: ({ fn }, y, [da, db]) => binaries[fn].tangent(y, da, db, y.args[0]!, y.args[1]!),
  select: (_, y, d) => P.select(y.args[0]!, d[1] ?? zeroFor(y), d[2] ?? zeroFor(y)),
  matmul: ({ transposeA: ta, transposeB: tb }, y, [da, db]) =>
    plus(da && P.matmul(da, y.args[1]!, ta, tb), db && P.matmul(y.args[0]!, db, ta, tb)),
  reduce: ({ axes, fn }, y, [d]) => d && (fn === "sum" ? P.reduce("sum", d, axes) : maximumRule(y, axes, d)),
  reshape: (_, y, [d]) => d && P.reshape(d, y.shape),
  transpose: ({ order }, _, [d]) => d && P.transpose(d, order),
  broadcast: (_, y, [d]) => d && P.broadcast(d, y.shape),
  concat: ({ axis }, y, d) =>
    P.concat(
      y.args.map((a, i) => d[i] ?? zeroFor(a)),
      axis
    ),
  slice: ({ start }, y, [d]) => d && P.slice(d, start, y.shape),
  pad: ({ low }, y, [d]) => d && P.pad(d, low, y.shape),
  gather: (_, y, [d]) => d && P.gather(d, y.args[1]!),
  scatter: (_, y, [d]) => d && P.scatter(d, y.args[1]!, y.shape[0]!)
}

/** The mean tangent of the elements that are the maximum. */
const maximumRule = (y: Tensor, axes: readonly number[], d: Tensor): Tensor => {
  const x = y.args[0]!
  const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n))
  const hit = P.binary("eq", x, P.broadcast(P.reshape(y, kept), x.shape))
  return P.binary("div", P.reduce("sum", times(d, hit), axes), P.reduce("sum", hit, axes))
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
    const t = byPrimitive(rules)(n.op, n, d)
    if (t !== undefined) tangents.set(n, t)
  }
  return outputs.map((o) => tangents.get(o) ?? zeroFor(o))
}
