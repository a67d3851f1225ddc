/**
 * ONNX models: the few messages of its Protocol Buffers that a feed-forward policy needs.
 *
 * Written here, since the libraries for it bring all of ONNX and a reader with them, a hundred times what this takes.
 *
 * - Source: onnx/onnx, onnx.proto3 (field numbers), IR version 8, operators of version 17.
 */
import type { GraphNode } from "../../../core/network/mod.ts"
import { bytes, type Field, joined, type Message, message, single, text, whole } from "../../io/protobuf.ts"

/** A tensor that comes with the model. */
export interface Initializer {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** A float32 tensor that goes in or out; a name stands for a size that is left open. */
export interface Value {
  readonly name: string
  readonly shape: readonly (number | string)[]
}

/** One operation. */
export type Node = GraphNode

/** A model of float32 tensors. */
export interface Model {
  readonly name: string
  readonly doc: string
  readonly producer: { readonly name: string; readonly version: string }
  readonly nodes: readonly Node[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly meta: Readonly<Record<string, string>>
}

const IR_VERSION = 8
const OPERATORS_VERSION = 17
const FLOAT = 1
/** Types of attributes, and the fields that hold them. */
const INT = { type: 2, field: 3 }
const FLOATS = { type: 6, field: 7 }
const INTS = { type: 7, field: 8 }

/** The bytes of an `.onnx` file. */
export const writeOnnx = (m: Model): Uint8Array<ArrayBuffer> =>
  joined([
    whole(1, IR_VERSION),
    text(2, m.producer.name),
    text(3, m.producer.version),
    text(6, m.doc),
    message(7, graph(m)),
    message(8, [text(1, ""), whole(2, OPERATORS_VERSION)]),
    ...Object.entries(m.meta).map(([key, value]) => message(14, [text(1, key), text(2, value)]))
  ])

const graph = (m: Model): Message => [
  ...m.nodes.map((n) => message(1, node(n))),
  text(2, m.name),
  ...m.initializers.map((i) => message(5, initializer(i))),
  ...m.inputs.map((v) => message(11, value(v))),
  ...m.outputs.map((v) => message(12, value(v)))
]

const node = ({ operator, inputs, output, attributes = {}, reals = {} }: Node): Message => [
  ...inputs.map((name) => text(1, name)),
  text(2, output),
  text(3, output),
  text(4, operator),
  ...Object.entries(attributes).map(([name, n]) =>
    typeof n === "number"
      ? attribute(name, INT, [whole(INT.field, n)])
      : attribute(
          name,
          INTS,
          n.map((i) => whole(INTS.field, i))
        )
  ),
  ...Object.entries(reals).map(([name, x]) =>
    attribute(
      name,
      FLOATS,
      x.map((r) => single(FLOATS.field, r))
    )
  )
]

const attribute = (name: string, { type }: typeof INT, values: Message): Field =>
  message(5, [text(1, name), ...values, whole(20, type)])

const initializer = ({ name, shape, data }: Initializer): Message => [
  ...shape.map((n) => whole(1, n)),
  whole(2, FLOAT),
  text(8, name),
  bytes(9, littleEndian(data))
]

const value = ({ name, shape }: Value): Message => [
  text(1, name),
  message(2, [
    message(1, [
      whole(1, FLOAT),
      message(
        2,
        shape.map((n) => message(1, [dimension(n)]))
      )
    ])
  ])
]

const dimension = (n: number | string): Field => (typeof n === "number" ? whole(1, n) : text(2, n))

/** As the format wants numbers, whatever the machine. */
const littleEndian = (data: Float32Array): Uint8Array => {
  const view = new DataView(new ArrayBuffer(4 * data.length))
  for (const [i, x] of data.entries()) view.setFloat32(4 * i, x, true)
  return new Uint8Array(view.buffer)
}
