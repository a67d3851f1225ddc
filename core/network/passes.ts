/** What wires compute, as tensors of a program: a rule for each kind. */
import type { Tensor } from "../program/mod.ts"
import * as T from "../program/mod.ts"
import type { Wire } from "./wire.ts"
import { byKind, type WireRules } from "./wiring.ts"

/** The tensor of every wire, in their order: those before it have one. */
export const tensorsOf = (
  wires: readonly Wire[],
  x: Tensor,
  view: (name: string) => Tensor
): ReadonlyMap<Wire, Tensor> => {
  const tensors = new Map<Wire, Tensor>()
  for (const wire of wires) {
    const from = wire.from.map((w) => tensors.get(w)!)
    tensors.set(wire, byKind(passes)(wire.op, { wire, from, x, view }))
  }
  return tensors
}

/** What a wire's numbers are made from. */
interface Passing {
  readonly wire: Wire
  readonly from: readonly Tensor[]
  readonly x: Tensor
  readonly view: (name: string) => Tensor
}

const rowsOf = (x: Tensor): number => x.shape[0] ?? 0
const unaries = { tanh: T.tanh, relu: T.relu, sigmoid: T.sigmoid, sqrt: T.sqrt } as const
const binaries = { add: T.add, sub: T.sub, mul: T.mul, div: T.div } as const

/** The forward pass of each kind of wire. */
const passes: WireRules<[at: Passing], Tensor> = {
  input: (_, { x }) => x,
  linear: (op, { from: [h], view }) => {
    const z = T.matmul(h!, view(`W${op.name}`), { transposeB: true })
    return op.bias ? T.add(z, view(`b${op.name}`)) : z
  },
  table: ({ values }, { wire, from: [x] }) => T.matmul(x!, T.constant(values, [wire.from[0]!.width, wire.width])),
  unary: ({ fn }, { from: [x] }) => unaries[fn](x!),
  binary: ({ fn }, { from: [a, b] }) => binaries[fn](a!, b!),
  number: ({ value }) => T.constant(value),
  softmax: ({ groups }, { wire, from: [x] }) => {
    const apart = T.reshape(x!, [rowsOf(x!), groups, wire.width / groups])
    return T.reshape(T.softmax(apart), [rowsOf(x!), wire.width])
  },
  weigh: (_, { wire, from: [w, x] }) => {
    const [rows, terms] = [rowsOf(x!), wire.from[0]!.width]
    const weighed = T.mul(T.reshape(w!, [rows, terms, 1]), T.reshape(x!, [rows, terms, wire.width]))
    return T.sum(weighed, { axes: [1] })
  },
  concat: (_, { from }) => T.concat(from, 1),
  columns: ({ at }, { wire, from: [x] }) => T.slice(x!, [0, at], [rowsOf(x!), wire.width])
}
