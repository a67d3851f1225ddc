/** The instructions of a plan's tape as records; the words are described in `plugins/session_wasm/ABI.md`. */
import { opcode } from "../../../core/program/plan/mod.ts"

/** A product into C. What the ABI has besides, a product added to C, no plan asks for. */
export interface Gemm {
  readonly kind: "gemm"
  readonly transposeA: boolean
  readonly transposeB: boolean
  readonly batch: number
  readonly m: number
  readonly n: number
  readonly k: number
  readonly a: Strided
  readonly b: Strided
  readonly c: Strided
}

/** A tensor's slot, and the elements from one batch item to the next. */
export interface Strided {
  readonly slot: number
  readonly stride: number
}

export type InputKind = "full" | "row" | "column" | "scalar"

export interface MapInstruction {
  readonly kind: "map"
  readonly rows: number
  readonly cols: number
  readonly inputs: readonly { readonly slot: number; readonly kind: InputKind }[]
  readonly literals: readonly number[]
  readonly operations: readonly { readonly op: number; readonly operands: readonly [number, number, number] }[]
  readonly outputs: readonly { readonly register: number; readonly slot: number }[]
}

export interface Reduce {
  readonly kind: "reduce"
  readonly of: "sum" | "max"
  readonly outer: number
  readonly r: number
  readonly inner: number
  readonly from: number
  readonly to: number
}

export interface Copy {
  readonly kind: "copy"
  readonly from: { readonly slot: number; readonly offset: number }
  readonly to: { readonly slot: number; readonly offset: number }
  readonly axes: readonly Axis[]
}

export interface Axis {
  readonly size: number
  readonly from: number
  readonly to: number
}

export interface Fill {
  readonly kind: "fill"
  readonly to: number
  readonly n: number
  readonly value: number
}

/** Gather and scatter: `index` has m numbers that name rows of n. */
export interface Indexed {
  readonly kind: "gather" | "scatter"
  readonly m: number
  readonly n: number
  readonly width: number
  readonly from: number
  readonly index: number
  readonly to: number
}

export interface Iota {
  readonly kind: "iota"
  readonly to: number
  readonly n: number
}

export type Instruction = Gemm | MapInstruction | Reduce | Copy | Fill | Indexed | Iota

/** All instructions of a tape that `plan` made. */
export const instructions = (tape: Int32Array): readonly Instruction[] => {
  const out: Instruction[] = []
  for (let at = 0; at < tape.length; at += tape[at + 1]!) {
    out.push(...decode(tape[at]!, [...tape.subarray(at + 2, at + tape[at + 1]!)]))
  }
  return out
}

/** The float32 whose bits a word holds. */
const float = (word: number): number => new Float32Array(Int32Array.of(word).buffer)[0]!

const decode = (code: number, w: readonly number[]): readonly Instruction[] => {
  const [w0, w1, w2, w3, w4, w5] = [w[0]!, w[1]!, w[2]!, w[3]!, w[4]!, w[5]!]
  switch (code) {
    case opcode.gemm:
      return [
        {
          kind: "gemm",
          transposeA: (w0 & 1) !== 0,
          transposeB: (w0 & 2) !== 0,
          batch: w1,
          m: w2,
          n: w3,
          k: w4,
          a: { slot: w5, stride: w[6]! },
          b: { slot: w[7]!, stride: w[8]! },
          c: { slot: w[9]!, stride: w[10]! }
        }
      ]
    case opcode.map:
      return [mapOf(w)]
    case opcode.reduce:
      return [{ kind: "reduce", of: w0 === 0 ? "sum" : "max", outer: w1, r: w2, inner: w3, from: w4, to: w5 }]
    case opcode.copy:
      return [copyOf(w)]
    case opcode.fill:
      return [{ kind: "fill", to: w0, n: w1, value: float(w2) }]
    case opcode.gather:
    case opcode.scatter:
      return [
        {
          kind: code === opcode.gather ? "gather" : "scatter",
          m: w0,
          n: w1,
          width: w2,
          from: w3,
          index: w4,
          to: w5
        }
      ]
    case opcode.iota:
      return [{ kind: "iota", to: w0, n: w1 }]
    default:
      return []
  }
}

const inputKinds: readonly InputKind[] = ["full", "row", "column", "scalar"]

const mapOf = (w: readonly number[]): MapInstruction => {
  const [rows, cols, nIn, nLit, nOps, nOut] = [w[0]!, w[1]!, w[2]!, w[3]!, w[4]!, w[5]!]
  let at = 6
  const take = <A>(count: number, width: number, f: (x: readonly number[]) => A): readonly A[] =>
    Array.from({ length: count }, () => f(w.slice(at, (at += width))))
  return {
    kind: "map",
    rows,
    cols,
    inputs: take(nIn, 2, ([slot, kind]) => ({ slot: slot!, kind: inputKinds[kind!]! })),
    literals: take(nLit, 1, ([word]) => float(word!)),
    operations: take(nOps, 4, ([op, a, b, c]) => ({ op: op!, operands: [a!, b!, c!] })),
    outputs: take(nOut, 2, ([register, slot]) => ({ register: register!, slot: slot! }))
  }
}

const copyOf = (w: readonly number[]): Copy => {
  const rank = w[0]!
  const axes = Array.from({ length: rank }, (_, i) => ({
    size: w[5 + i]!,
    from: w[5 + rank + i]!,
    to: w[5 + 2 * rank + i]!
  }))
  return { kind: "copy", from: { slot: w[1]!, offset: w[2]! }, to: { slot: w[3]!, offset: w[4]! }, axes }
}
