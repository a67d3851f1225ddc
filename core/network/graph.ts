/** A network's wires as a graph of operators, for export: a rule for each kind. */
import type { GraphNode } from "./network.ts"
import type { Wire } from "./wire.ts"
import { biasOf, byKind, isLinear, type WireRules, weightOf, wiresOf } from "./wiring.ts"

/** What a wire's node is made from: names of tensors, and a way to more nodes. */
interface Naming {
  readonly wire: Wire
  readonly from: readonly string[]
  readonly output: string
  /** The output of a further node, named after this one. */
  readonly node: (operator: GraphNode["operator"], inputs: readonly string[], rest?: Rest) => string
  readonly last: (operator: GraphNode["operator"], inputs: readonly string[], rest?: Rest) => void
}

type Rest = Pick<GraphNode, "attributes" | "reals">

const whole = ({ node }: Naming, values: readonly number[]): string =>
  node("Constant", [], { attributes: { value_ints: values } })

const operators = {
  tanh: "Tanh",
  relu: "Relu",
  sigmoid: "Sigmoid",
  sqrt: "Sqrt",
  add: "Add",
  sub: "Sub",
  mul: "Mul",
  div: "Div"
} as const

/** The nodes of each kind of wire. A size of 0 stands for the rows. */
const rules: WireRules<[at: Naming], void> = {
  input: (_, at) => at.last("Identity", at.from),
  linear: (_, at) => {
    const { wire, from } = at
    if (!isLinear(wire)) return
    const bias = wire.op.bias ? [biasOf(wire)] : []
    at.last("Gemm", [...from, weightOf(wire), ...bias], { attributes: { transB: 1 } })
  },
  table: ({ values }, at) => {
    const flat = at.node("Constant", [], { reals: { value_floats: values } })
    const matrix = at.node("Reshape", [flat, whole(at, [at.wire.from[0]!.width, at.wire.width])])
    at.last("MatMul", [...at.from, matrix])
  },
  unary: ({ fn }, at) => at.last(operators[fn], at.from),
  binary: ({ fn }, at) => at.last(operators[fn], at.from),
  number: ({ value }, at) => at.last("Constant", [], { reals: { value_floats: [value] } }),
  softmax: ({ groups }, at) => {
    const { wire, from } = at
    if (groups === 1) return at.last("Softmax", from, { attributes: { axis: 1 } })
    const apart = at.node("Reshape", [...from, whole(at, [0, groups, wire.width / groups])])
    const weights = at.node("Softmax", [apart], { attributes: { axis: 2 } })
    at.last("Reshape", [weights, whole(at, [0, wire.width])])
  },
  weigh: (_, at) => {
    const { wire, from } = at
    const terms = wire.from[0]!.width
    const weights = at.node("Reshape", [from[0]!, whole(at, [0, terms, 1])])
    const values = at.node("Reshape", [from[1]!, whole(at, [0, terms, wire.width])])
    const weighed = at.node("Mul", [weights, values])
    at.last("ReduceSum", [weighed, whole(at, [1])], { attributes: { keepdims: 0 } })
  },
  concat: (_, at) => at.last("Concat", at.from, { attributes: { axis: 1 } }),
  columns: ({ at: start }, at) => {
    const [from, to, axis] = [[start], [start + at.wire.width], [1]].map((values) => whole(at, values))
    at.last("Slice", [...at.from, from!, to!, axis!])
  }
}

/** The nodes that lead from a tensor named `input` to one named `output`; in between `n1`, `n2`, …. */
export const graphOf = (result: Wire, input: string, output: string): readonly GraphNode[] => {
  const nodes: GraphNode[] = []
  const names = new Map<Wire, string>()
  const wires = wiresOf(result)
  wires.forEach((wire, i) => {
    const own = wire === result ? output : wire.op.kind === "input" ? input : `n${i}`
    names.set(wire, own)
    if (wire.op.kind === "input" && wire !== result) return
    let further = 0
    const push = (
      operator: GraphNode["operator"],
      inputs: readonly string[],
      name: string,
      rest: Rest = {}
    ): string => {
      nodes.push({ operator, inputs, output: name, ...rest })
      return name
    }
    const from = wire.op.kind === "input" ? [input] : wire.from.map((w) => names.get(w) ?? input)
    byKind(rules)(wire.op, {
      wire,
      from,
      output: own,
      node: (operator, inputs, rest) => push(operator, inputs, `${own}.${++further}`, rest),
      last: (operator, inputs, rest) => {
        push(operator, inputs, own, rest)
      }
    })
  })
  return nodes
}
