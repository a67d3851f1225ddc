/** Batching: one rule per primitive lifts it over a new leading axis, so that one example's program serves many. */
import * as P from "./primitive.ts"
import { EXACT, isRow, type Shape, size } from "./shape.ts"
import { byPrimitive, type OpOf, type Rules, type Tensor, topological } from "./tensor.ts"

/** Adds the batch axis where it is missing, repeating the value. */
const widen = (x: Tensor, batched: boolean, n: number): Tensor => (batched ? x : P.broadcast(x, [n, ...x.shape]))

/** Right-aligns a batched operand [n, …s] with a result [n, …shape] of higher rank. */
const align = (x: Tensor, shape: Shape): Tensor => {
  const own = x.shape.slice(1)
  return P.reshape(x, [x.shape[0]!, ...new Array<number>(shape.length - own.length).fill(1), ...own])
}

/** The operands already have a batch: joins both batches into one. */
const joinBatches = ({ transposeA, transposeB }: OpOf<"matmul">, { y, args, batched, n }: Lifting): Tensor => {
  const inner = y.shape[0]!
  const [a, b] = args.map((x, i) => {
    const plain = y.args[i]!.shape
    if (plain.length === 2 && !batched[i]) return x
    const full = plain.length === 2 ? P.reshape(x, [n, 1, ...plain]) : widen(x, batched[i]!, n)
    return P.reshape(P.broadcast(full, [n, inner, ...plain.slice(-2)]), [n * inner, ...plain.slice(-2)])
  })
  return P.reshape(P.matmul(a!, b!, transposeA, transposeB), [n, ...y.shape])
}

/** Rows that there are not stay so where the program shows them: v·rows more, they would be another example's. */
const ownRows = (index: Tensor, rows: number): Tensor => {
  if (Array.from(P.shownNumbers(index)).every((row) => isRow(row, rows))) return index
  return index.op.kind === "constant"
    ? P.constant(
        index.op.values.map((row) => (isRow(row, rows) ? row : Number.NaN)),
        index.shape
      )
    : P.fill(Number.NaN, index.shape)
}

/**
 * Index of row i of example v in the rows of all examples: index + v·rows. It must be of the example's own rows: to look
 * would cost each row of every program.
 */
const offsetIndex = (index: Tensor, rows: number, n: number): Tensor => {
  const m = index.shape[1]!
  if (n * rows > EXACT)
    return P.failed(
      "number the rows of all examples",
      `at most ${EXACT}, which single precision tells apart`,
      `${n} × ${rows}`,
      [index]
    )
  const step = P.binary("mul", P.iota(n), P.fill(rows, [n]))
  return P.reshape(P.binary("add", index, P.broadcast(P.reshape(step, [n, 1]), [n, m])), [n * m])
}

/** A node to lift: its operands, which of them have the new axis already, and that axis's size. */
interface Lifting {
  readonly y: Tensor
  readonly args: readonly Tensor[]
  readonly batched: readonly boolean[]
  readonly n: number
}

/** All operands with the new axis. */
const widened = ({ args, batched, n }: Lifting): readonly Tensor[] => args.map((a, i) => widen(a, batched[i]!, n))

const rules: Rules<[at: Lifting], Tensor> = {
  input: (_, { y }) => y,
  constant: (_, { y }) => y,
  iota: (_, { y }) => y,
  stopGradient: (_, { args: [x] }) => P.stopGradient(x!),
  unary: ({ fn }, { args: [x] }) => P.unary(fn, x!),
  binary: ({ fn }, at) => {
    const [a, b] = widened(at)
    return P.binary(fn, a!, b!)
  },
  select: (_, at) => {
    const [c, a, b] = widened(at)
    return P.select(c!, a!, b!)
  },
  matmul: (op, at) => {
    const [a, b] = at.args
    if (at.y.shape.length !== 2) return joinBatches(op, at)
    // The rows of all examples beside a factor that they share: one product.
    if (!at.batched[1] && !op.transposeA) {
      const [rows, columns] = at.y.args[0]!.shape
      return P.reshape(P.matmul(P.reshape(a!, [at.n * rows!, columns!]), b!, false, op.transposeB), [
        at.n,
        ...at.y.shape
      ])
    }
    return P.matmul(a!, b!, op.transposeA, op.transposeB)
  },
  reduce: ({ fn, axes }, { args: [x] }) => {
    const moved = axes.map((i) => i + 1)
    return P.reduce(fn, x!, moved)
  },
  reshape: (_, { y, args: [x], n }) => P.reshape(x!, [n, ...y.shape]),
  transpose: ({ order }, { args: [x] }) => P.transpose(x!, [0, ...order.map((i) => i + 1)]),
  broadcast: (_, { y, args: [x], n }) => P.broadcast(align(x!, y.shape), [n, ...y.shape]),
  concat: ({ axis }, at) => P.concat(widened(at), axis + 1),
  slice: ({ start }, { y, args: [x], n }) => P.slice(x!, [0, ...start], [n, ...y.shape]),
  pad: ({ low }, { y, args: [x], n }) => P.pad(x!, [0, ...low], [n, ...y.shape]),
  gather: (_, { y, args: [x, index], batched, n }) => {
    if (!batched[0]) return P.reshape(P.gather(x!, P.reshape(index!, [size(index!.shape)])), [n, ...y.shape])
    const rows = y.args[0]!.shape[0]!
    const flat = P.reshape(x!, [n * rows, ...x!.shape.slice(2)])
    const own = widen(ownRows(index!, rows), batched[1]!, n)
    return P.reshape(P.gather(flat, offsetIndex(own, rows, n)), [n, ...y.shape])
  },
  scatter: (_, { y, args: [own, index], batched, n }) => {
    const rows = y.shape[0]!
    const x = widen(own!, batched[0]!, n)
    const flat = P.reshape(x!, [size(x!.shape.slice(0, 2)), ...x!.shape.slice(2)])
    return P.reshape(P.scatter(flat, offsetIndex(widen(ownRows(index!, rows), batched[1]!, n), rows, n), n * rows), [
      n,
      ...y.shape
    ])
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
    const batched = y.args.map((a) => lifted.has(a))
    lifted.set(y, byPrimitive(rules)(y.op, { y, args, batched, n }))
  }
  return outputs.map((o) => lifted.get(o) ?? widen(o, false, n))
}

const entries = <K extends string, A>(record: Readonly<Record<K, A>>): readonly (readonly [K, A])[] =>
  (Object.keys(record) as K[]).map((k) => [k, record[k]])

/**
 * What `one` makes of each example, side by side: tensors with a leading axis in, and out. Whatever `one` uses beside its own
 * argument is the same for all; gradients that it takes are each example's own.
 *
 * - Shapes: each of `x` `[n, …s]`, `one` is given `[…s]`; of its result s `[n, …s]`.
 */
export const mapExamples = <K extends string, O extends string>(
  x: Readonly<Record<K, Tensor>>,
  one: (x: Readonly<Record<K, Tensor>>) => Readonly<Record<O, Tensor>>
): Readonly<Record<O, Tensor>> => {
  const of = entries(x).map(([name, by]) => ({ name, by, of: P.input(`example.${name}`, by.shape.slice(1)) }))
  const outputs = entries(one(Object.fromEntries(of.map((e) => [e.name, e.of])) as Record<K, Tensor>))
  const lifted = batch(
    outputs.map(([, t]) => t),
    of,
    of[0]?.by.shape[0] ?? 1
  )
  return Object.fromEntries(outputs.map(([name], i) => [name, lifted[i]!])) as Record<O, Tensor>
}
