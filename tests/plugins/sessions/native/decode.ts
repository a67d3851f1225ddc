/** Words of a tape, as tests write them by hand, read as instructions; `plugins/sessions/wasm/ABI.md` tells the layout. */
import {
  type Copy,
  type InputKind,
  type Instruction,
  type InstructionKind,
  type MapInstruction,
  mapFunctions
} from "../../../../core/program/plan/mod.ts"
import { inputCodes, instructionCodes } from "../../../../plugins/sessions/wasm/words.ts"

/** All instructions of a tape. */
export const instructionsOf = (tape: readonly number[]): readonly Instruction[] => {
  const out: Instruction[] = []
  for (let at = 0; at < tape.length; at += tape[at + 1]!) {
    out.push(...decode(tape[at]!, [...tape.slice(at + 2, at + tape[at + 1]!)]))
  }
  return out
}

/** The key of a code. */
const inverse = <K extends string>(codes: Readonly<Record<K, number>>): ReadonlyMap<number, K> =>
  new Map((Object.keys(codes) as K[]).map((k) => [codes[k], k]))

const kinds = inverse<InstructionKind>(instructionCodes)
const inputKinds = inverse<InputKind>(inputCodes)

/** The float32 whose bits a word holds. */
const float = (word: number): number => new Float32Array(Int32Array.of(word).buffer)[0]!

const decode = (code: number, w: readonly number[]): readonly Instruction[] => {
  const [w0, w1, w2, w3, w4, w5] = [w[0]!, w[1]!, w[2]!, w[3]!, w[4]!, w[5]!]
  const kind = kinds.get(code)
  switch (kind) {
    case "gemm": {
      const [a, b, c] = [5, 7, 9].map((i) => ({ slot: w[i]!, stride: w[i + 1]! }))
      const [transposeA, transposeB] = [(w0 & 1) !== 0, (w0 & 2) !== 0]
      return [{ kind, transposeA, transposeB, batch: w1, m: w2, n: w3, k: w4, a: a!, b: b!, c: c! }]
    }
    case "map":
      return [mapOf(w)]
    case "reduce":
      return [{ kind, of: w0 === 0 ? "sum" : "max", outer: w1, r: w2, inner: w3, from: w4, to: w5 }]
    case "copy":
      return [copyOf(w)]
    case "fill":
      return [{ kind, to: w0, n: w1, value: float(w2) }]
    case "gather":
    case "scatter":
      return [{ kind, m: w0, n: w1, width: w2, from: w3, index: w4, to: w5 }]
    case "iota":
      return [{ kind, to: w0, n: w1 }]
    default:
      return []
  }
}

const mapOf = (w: readonly number[]): MapInstruction => {
  const [rows, cols, nIn, nLit, nOps, nOut] = [w[0]!, w[1]!, w[2]!, w[3]!, w[4]!, w[5]!]
  let at = 6
  const take = <A>(count: number, width: number, f: (x: readonly number[]) => A): readonly A[] =>
    Array.from({ length: count }, () => f(w.slice(at, (at += width))))
  return {
    kind: "map",
    rows,
    cols,
    inputs: take(nIn, 2, ([slot, kind]) => ({ slot: slot!, kind: inputKinds.get(kind!)! })),
    literals: take(nLit, 1, ([word]) => float(word!)),
    operations: take(nOps, 4, ([op, a, b, c]) => ({ fn: mapFunctions[op!]!, operands: [a!, b!, c!] })),
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
  return { kind: "copy", from: w[1]!, to: w[3]!, axes }
}
