/** A policy from an ONNX graph: one path of fully connected layers from the input to an output. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, argumentError, cannot } from "../../../core/failure/mod.ts"
import type { Activation } from "../../../core/network/mod.ts"
import type { Tensor } from "../../../core/service/run_store.ts"
import { clipped } from "../../../core/text/printable.ts"
import { MOST_NUMBERS } from "../../io/bounded_read.ts"
import { bfloat16, type Dtype, decode, dtypes, floatsOf } from "../../io/matrix/mod.ts"
import { bytesOf, fieldsOf, textOf, type WireField, wholesOf } from "../../io/protobuf_fields.ts"
import { type Dense, FEATURES, type FoundPolicy, linked } from "./found.ts"
import { bytesAt, type WeightFiles, weightPlace } from "./onnx_weights.ts"

/** Of onnx.proto3: number types of tensors. */
const types: ReadonlyMap<number, Dtype | undefined> = new Map([
  [1, dtypes.get("f4")],
  [10, dtypes.get("f2")],
  [11, dtypes.get("f8")],
  [16, bfloat16]
])

interface Node {
  readonly operator: string
  readonly inputs: readonly string[]
  readonly output: string
  /** Whole-number attributes by name. */
  readonly attributes: ReadonlyMap<string, number>
}

interface Graph {
  readonly input: string
  readonly outputs: readonly string[]
  readonly nodes: readonly Node[]
  readonly constants: ReadonlyMap<string, Tensor>
}

const activations: Readonly<Record<string, Activation>> = { Tanh: "tanh", Relu: "relu", Sigmoid: "sigmoid" }

/** Nodes that leave numbers as they are. */
const passing: ReadonlySet<string> = new Set(["Identity", "Flatten", "Cast", "Dropout"])

/**
 * The policy that a graph computes.
 *
 * - Errors: `ArgumentError` for another format, an operator beside Gemm, MatMul, Add, Tanh, Relu and Sigmoid, two kinds of
 *   nonlinearity, outputs that are not a constant beside the policy's, weights in files that `beside` lacks, more
 *   numbers than a file of the largest size holds.
 * - Source: onnx/onnx, onnx.proto3, field numbers.
 */
export const readOnnx = (
  bytes: Uint8Array,
  name: string,
  beside: WeightFiles = new Map()
): E.Either<ArgumentError, FoundPolicy> =>
  pipe(
    graphIn(bytes, beside),
    E.mapLeft((got) => argumentError({ doing: `read ${name}`, want: "an ONNX model of float numbers", got })),
    E.chain((graph) => follow(graph, name))
  )

const graphIn = (bytes: Uint8Array, beside: WeightFiles): E.Either<string, Graph> =>
  pipe(
    fieldsOf(bytes),
    E.chain((model) => {
      const [graph] = bytesOf(model, 7)
      return graph === undefined ? E.left("bytes of another format") : fieldsOf(graph)
    }),
    E.chain((graph) => {
      const constants = new Map<string, Tensor>()
      const nodes: Node[] = []
      let numbers = 0
      for (const initializer of bytesOf(graph, 5)) {
        const tensor = pipe(
          fieldsOf(initializer),
          E.chain((fields) => tensorOf(fields, beside))
        )
        if (E.isLeft(tensor)) return tensor
        numbers += tensor.right.data.length
        // Tensors may name the same bytes of a file beside the graph: a small graph can describe any number of them.
        if (numbers > MOST_NUMBERS) return E.left(`more than ${MOST_NUMBERS} numbers`)
        constants.set(tensor.right.name, tensor.right)
      }
      for (const part of bytesOf(graph, 1)) {
        const node = pipe(fieldsOf(part), E.chain(nodeOf))
        if (E.isLeft(node)) return node
        const { constant, ...own } = node.right
        if (constant === undefined) nodes.push(own)
        else constants.set(own.output, constant)
      }
      const names = (number: number) =>
        bytesOf(graph, number).map((v) => textOf(E.getOrElse((): readonly WireField[] => [])(fieldsOf(v)), 1))
      const input = names(11).find((n) => !constants.has(n))
      return input === undefined
        ? E.left("a graph without an input")
        : E.right({ input, outputs: names(12), nodes, constants })
    })
  )

const nodeOf = (fields: readonly WireField[]): E.Either<string, Node & { readonly constant?: Tensor }> => {
  const attributes = new Map<string, number>()
  let constant: Tensor | undefined
  for (const part of bytesOf(fields, 5)) {
    const attribute = fieldsOf(part)
    if (E.isLeft(attribute)) return attribute
    const [whole] = wholesOf(attribute.right, 3)
    const [single] = bytesOf(attribute.right, 2)
    const key = textOf(attribute.right, 1)
    if (single?.length === 4) attributes.set(key, new DataView(single.buffer, single.byteOffset, 4).getFloat32(0, true))
    else if (whole !== undefined) attributes.set(key, whole)
    const [tensor] = bytesOf(attribute.right, 5)
    if (tensor !== undefined && textOf(fields, 4) === "Constant") {
      const read = pipe(
        fieldsOf(tensor),
        E.chain((t) => tensorOf(t, new Map()))
      )
      if (E.isRight(read)) constant = read.right
    }
  }
  const inputs = bytesOf(fields, 1).map((b) => new TextDecoder().decode(b))
  const node = { operator: textOf(fields, 4), inputs, output: textOf(fields, 2), attributes }
  return E.right(constant === undefined ? node : { ...node, constant })
}

const tensorOf = (fields: readonly WireField[], beside: WeightFiles): E.Either<string, Tensor> => {
  const name = textOf(fields, 8)
  const shape = wholesOf(fields, 1)
  const count = shape.reduce((a, b) => a * b, 1)
  const kind = wholesOf(fields, 2)[0] ?? 0
  const type = types.get(kind)
  // Whole numbers are shapes and indices: nothing that is computed with here.
  if (type === undefined) return E.right({ name, shape: [0], data: new Float32Array(0) })
  const own = bytesOf(fields, kind === 11 ? 10 : 4)
  const place = weightPlace(fields)
  const elsewhere = place === undefined ? undefined : bytesAt(place, beside)
  if (place !== undefined && elsewhere === undefined) {
    return E.left(`${clipped(name)} in ${clipped(place.file)}, which does not hold it or is not beside it`)
  }
  const raw = elsewhere ?? bytesOf(fields, 9)[0] ?? (own.length === 1 ? own[0]! : new Uint8Array(Buffer.concat(own)))
  if (raw.length !== count * type.size)
    return E.left(`${raw.length} bytes for the ${count} numbers of ${clipped(name)}`)
  return E.right({ name, shape, data: floatsOf(decode(type, raw, count, false)) })
}

/** Along the one path from the input. */
const follow = (graph: Graph, name: string): E.Either<ArgumentError, FoundPolicy> => {
  const bad = (want: string, got: string, fix = FEATURES) => cannot(`read ${name}`, want, got, fix)
  const layers: Dense[] = []
  const kinds = new Set<Activation>()
  let [at, pending] = [graph.input, false]
  for (let steps = 0; !graph.outputs.includes(at) && steps <= graph.nodes.length; steps++) {
    // How many rows there are is asked for by what repeats log σ.
    const takers = graph.nodes.filter((n) => n.inputs.includes(at) && n.operator !== "Shape")
    const [node] = takers
    if (node === undefined || takers.length > 1) {
      return bad(
        "one path from the input to an output",
        node === undefined ? `an end at ${clipped(at)}` : `${takers.length} branches at ${clipped(at)}`
      )
    }
    const activation = Object.hasOwn(activations, node.operator) ? activations[node.operator] : undefined
    if (activation !== undefined) {
      if (pending || layers.length === 0) return bad("a layer before each nonlinearity", node.operator)
      kinds.add(activation)
      pending = true
    } else if (node.operator === "Add" && layers.length > 0 && !pending) {
      const bias = graph.constants.get(node.inputs.find((i) => i !== at) ?? "")?.data
      const last = layers.pop()!
      if (bias?.length !== last.outputs)
        return bad(`${last.outputs} constant numbers to add`, `${bias?.length ?? "none"}`)
      layers.push({ ...last, bias: Float64Array.from(bias, (b, i) => b + last.bias[i]!) })
    } else if (node.operator === "Gemm" || node.operator === "MatMul") {
      const layer = layerOf(node, at, graph.constants)
      if (layer === undefined)
        return bad(
          "a product with a constant matrix",
          `${node.operator} of ${node.inputs.map((i) => clipped(i)).join(", ")}`
        )
      if (layers.length > 0 && !pending)
        return bad("a nonlinearity between layers", `${node.operator} behind ${clipped(layers.at(-1)!.name)}`)
      layers.push(layer)
      pending = false
    } else if (!passing.has(node.operator)) {
      return bad("Gemm, MatMul, Add, Tanh, Relu and Sigmoid", clipped(node.operator))
    }
    at = node.output
  }
  if (pending) return bad("a layer behind the last nonlinearity", `an output of ${[...kinds].join(", ")}`)
  if (kinds.size > 1) return bad("one kind of nonlinearity", [...kinds].join(" and "))
  const others = graph.outputs.filter((o) => o !== at)
  const [logStd] = others.map((o) => constantAt(o, graph))
  if (others.length > 1 || (others.length === 1 && logStd === undefined)) {
    const want = `one output, or a mean and a constant log σ`
    return bad(want, `${clipped(at)} and ${others.map((o) => clipped(o)).join(", ")}`)
  }
  const [activation] = kinds
  return pipe(
    linked(layers, name),
    E.map(
      (found): FoundPolicy => ({
        by: "ONNX",
        layers: found,
        ...(activation === undefined ? {} : { activation }),
        ...(logStd === undefined ? { distribution: "categorical" } : { distribution: "gaussian", logStd: logStd.data })
      })
    )
  )
}

/** Nodes that leave a constant what it is, or repeat it for each row. */
const repeating: ReadonlySet<string> = new Set(["Identity", "Expand", "Reshape", "Unsqueeze"])

/** What a name stands for, where that is a constant. */
const constantAt = (name: string, { nodes, constants }: Graph): Tensor | undefined => {
  let at = name
  for (let steps = 0; steps <= nodes.length; steps++) {
    const constant = constants.get(at)
    if (constant !== undefined) return constant.data.length > 0 ? constant : undefined
    const node = nodes.find((n) => n.output === at)
    if (node === undefined || !repeating.has(node.operator)) return undefined
    at = node.inputs[0] ?? ""
  }
  return undefined
}

const layerOf = (node: Node, at: string, constants: ReadonlyMap<string, Tensor>): Dense | undefined => {
  const [a, w, b] = node.inputs
  const weight = constants.get(w ?? "")
  const plain =
    ["alpha", "beta"].every((key) => (node.attributes.get(key) ?? 1) === 1) &&
    (node.attributes.get("transA") ?? 0) === 0
  if (a !== at || weight?.shape.length !== 2 || !plain) return undefined
  const turned = node.attributes.get("transB") === 1
  const [rows = 0, columns = 0] = weight.shape
  const [inputs, outputs] = turned ? [columns, rows] : [rows, columns]
  const bias = b === undefined ? new Float64Array(outputs) : constants.get(b)?.data
  if (bias?.length !== outputs) return undefined
  return {
    name: weight.name,
    inputs,
    outputs,
    bias,
    weight: turned ? weight.data : transposed(weight.data, rows, columns)
  }
}

const transposed = (x: Tensor["data"], rows: number, columns: number): Float64Array => {
  const out = new Float64Array(x.length)
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = x[r * columns + c]!
  return out
}
