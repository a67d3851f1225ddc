/** Reverse mode: one rule per primitive gives the operands' cotangents, as new nodes of the same graph. */
import { binaries, unaries } from "./elementwise.ts"
import * as P from "./primitive.ts"
import { type Shape, size } from "./shape.ts"
import { byPrimitive, type Rules, type Tensor, topological } from "./tensor.ts"

type Cotangent = Tensor | undefined

/** Σ over the axes along which `g` was broadcast from `shape`. */
const unbroadcast = (g: Tensor, shape: Shape): Tensor => {
  const lead = g.shape.length - shape.length
  const axes = g.shape.flatMap((d, i) => (i < lead || (shape[i - lead] === 1 && d !== 1) ? [i] : []))
  return P.reshape(P.reduce("sum", g, axes), shape)
}

const zeros = (shape: Shape): Tensor => P.fill(0, shape)

/** Back to the shape before a reduction over `axes`. */
const spread = (g: Tensor, axes: readonly number[], shape: Shape): Tensor =>
  P.broadcast(
    P.reshape(
      g,
      shape.map((d, i) => (axes.includes(i) ? 1 : d))
    ),
    shape
  )

const times = (a: Tensor, b: Tensor): Tensor => P.binary("mul", a, b)
/** No derivative passes. */
const nothing = (): readonly Cotangent[] => []

const collect = (g: Tensor, shape: Shape): Tensor => (g.shape.length > shape.length ? P.reduce("sum", g, [0]) : g)

/**
 * Whether y is x where 0 < x, and 0 elsewhere: relu. 0 < y is the same condition, and is had from y, which what comes after
 * keeps anyway, where 0 < x would be a tensor as large to keep until the gradient comes.
 */
const isPositivePart = ({ args: [c, x, otherwise] }: Tensor): boolean =>
  c!.op.kind === "binary" &&
  c!.op.fn === "lt" &&
  P.uniform(c!.args[0]!) === 0 &&
  c!.args[1] === x &&
  P.uniform(otherwise!) === 0

/** Cotangents of the operands of `y`, given its own. */
const rules: Rules<[y: Tensor, g: Tensor], readonly Cotangent[]> = {
  input: nothing,
  constant: nothing,
  iota: nothing,
  stopGradient: nothing,
  unary: ({ fn }, y, g) => [unaries[fn].derivative(g, y, y.args[0]!)],
  binary: ({ fn }, y, g) => binaries[fn].cotangents(g, y, y.args[0]!, y.args[1]!),
  select: (_, y, g) => {
    const c = isPositivePart(y) ? P.binary("lt", zeros(y.shape), y) : y.args[0]!
    return [undefined, P.select(c, g, zeros(g.shape)), P.select(c, zeros(g.shape), g)]
  },
  // dA and dB of C = op(A)·op(B); a factor shared by the batch collects its sum.
  matmul: ({ transposeA: ta, transposeB: tb }, { args: [a, b] }, g) => {
    const da = ta ? P.matmul(b!, g, tb, true) : P.matmul(g, b!, false, !tb)
    const db = tb ? P.matmul(g, a!, true, ta) : P.matmul(a!, g, !ta, false)
    return [collect(da, a!.shape), collect(db, b!.shape)]
  },
  reduce: ({ axes, fn }, y, g) => {
    const x = y.args[0]!
    const wide = spread(g, axes, x.shape)
    if (fn === "sum") return [wide]
    const hit = P.binary("eq", x, spread(y, axes, x.shape))
    const ties = spread(P.reduce("sum", hit, axes), axes, x.shape)
    return [P.binary("div", times(wide, hit), ties)]
  },
  reshape: (_, y, g) => [P.reshape(g, y.args[0]!.shape)],
  transpose: ({ order }, _, g) => {
    const inverse = order.map((_, i) => order.indexOf(i))
    return [P.transpose(g, inverse)]
  },
  broadcast: (_, y, g) => [unbroadcast(g, y.args[0]!.shape)],
  concat: ({ axis }, y, g) => {
    let at = 0
    return y.args.map((part) => {
      const start = y.shape.map((_, i) => (i === axis ? at : 0))
      at += part.shape[axis]!
      return P.slice(g, start, part.shape)
    })
  },
  slice: ({ start }, y, g) => [P.pad(g, start, y.args[0]!.shape)],
  pad: ({ low }, y, g) => [P.slice(g, low, y.args[0]!.shape)],
  gather: (_, { args: [x, index] }, g) => [P.scatter(g, index!, x!.shape[0]!), undefined],
  scatter: (_, y, g) => [P.gather(g, y.args[1]!), undefined]
}

/**
 * Adds contributions up. Blocks of one axis that do not overlap (the slices of a parameter vector) are joined instead
 * of padded and added: no arithmetic, and a plan can write each block where it belongs.
 */
const total = (parts: readonly Tensor[]): Tensor => {
  const joined = joinPads(parts)
  return joined ?? parts.reduce((a, b) => P.binary("add", a, b))
}

const joinPads = (parts: readonly Tensor[]): Tensor | undefined => {
  if (parts.length < 2 || parts[0]!.shape.length !== 1) return undefined
  const blocks: { low: number; part: Tensor }[] = []
  for (const p of parts) {
    if (p.op.kind !== "pad") return undefined
    blocks.push({ low: p.op.low[0]!, part: p.args[0]! })
  }
  blocks.sort((a, b) => a.low - b.low)
  const pieces: Tensor[] = []
  let at = 0
  for (const { low, part } of blocks) {
    if (low < at) return undefined
    if (low > at) pieces.push(zeros([low - at]))
    pieces.push(part)
    at = low + part.shape[0]!
  }
  const length = parts[0]!.shape[0]!
  if (at < length) pieces.push(zeros([length - at]))
  return P.concat(pieces, 0)
}

/**
 * Vector-Jacobian product: for outputs y_k with cotangents ȳ_k, the cotangent x̄ = Σ_k ȳ_kᵀ ∂y_k/∂x of every `x`.
 *
 * Works on any nodes of the graph, also inside a program that is being built: an inner update may contain it, and
 * be differentiated again.
 *
 * - Errors: for an `x` that is a constant.
 */
export const pullback = (
  outputs: readonly { readonly of: Tensor; readonly cotangent: Tensor }[],
  wrt: readonly Tensor[]
): readonly Tensor[] => {
  const order = topological(outputs.map((o) => o.of))
  const active = new Set<Tensor>(wrt)
  for (const n of order) if (n.args.some((a) => active.has(a))) active.add(n)
  const pending = new Map<Tensor, Tensor[]>()
  const push = (x: Tensor, g: Tensor) => {
    const list = pending.get(x)
    if (list === undefined) pending.set(x, [g])
    else list.push(g)
  }
  for (const { of, cotangent } of outputs) push(of, cotangent)
  const done = new Map<Tensor, Tensor>()
  for (let i = order.length - 1; i >= 0; i--) {
    const n = order[i]!
    const parts = pending.get(n)
    if (parts === undefined || !active.has(n)) continue
    const g = total(parts)
    done.set(n, g)
    byPrimitive(rules)(n.op, n, g).forEach((h, j) => {
      const arg = n.args[j]!
      if (h !== undefined && active.has(arg)) push(arg, h)
    })
  }
  return wrt.map((x) => (P.uniform(x) === undefined ? (done.get(x) ?? zeros(x.shape)) : fixed(x)))
}

/** Constants are computed with while a program is built, so that no trace of one may be left to differentiate by. */
const fixed = (x: Tensor): Tensor =>
  P.failed("differentiate", "an input, or what depends on one", `the constant ${P.uniform(x)}`)

/** ∂loss/∂x for each x in `wrt`. The loss has one element. */
export const gradients = (loss: Tensor, wrt: readonly Tensor[]): readonly Tensor[] =>
  size(loss.shape) === 1
    ? pullback([{ of: loss, cotangent: P.fill(1, loss.shape) }], wrt)
    : wrt.map(() => P.failed("take a gradient", "a loss of one element", `shape [${loss.shape.join(", ")}]`, [loss]))
