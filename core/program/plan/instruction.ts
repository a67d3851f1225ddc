/**
 * What a plan does, as records: every executor reads these. Native code is printed from them, their cost is told by their
 * fields, and the WebAssembly session writes them down as words.
 *
 * Operands are slots: numbers of places whose address is known when a call begins. Tensors are contiguous, row-major.
 */
import { binaries, unaries } from "../elementwise.ts"
import type { Binary, Unary } from "../tensor.ts"
import type { Access } from "./schedule.ts"

/** Elementwise functions of a map. */
export type MapFunction = Unary | Binary | "copy" | "select"

const names = <K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] => Object.keys(table) as K[]

/** All of them, in the order of their codes. */
export const mapFunctions: readonly MapFunction[] = ["copy", ...names(unaries), ...names(binaries), "select"]

/** A tensor's slot, and the elements from one batch item to the next; 0 where the batch shares it. */
export interface Batched {
  readonly slot: number
  readonly stride: number
}

/** C = op(A)·op(B) for each item of the batch; C is [m, n]. */
export interface Gemm {
  readonly kind: "gemm"
  readonly transposeA: boolean
  readonly transposeB: boolean
  readonly batch: number
  readonly m: number
  readonly n: number
  readonly k: number
  readonly a: Batched
  readonly b: Batched
  readonly c: Batched
}

export type InputKind = Access["kind"]

/** One elementwise function; operands are registers, those that it does not take are 0. */
export interface Operation {
  readonly fn: MapFunction
  readonly operands: readonly [number, number, number]
}

/**
 * A fused group of elementwise functions over rows × cols elements. Registers: the inputs, then the literals, then the
 * result of each operation in turn.
 */
export interface MapInstruction {
  readonly kind: "map"
  readonly rows: number
  readonly cols: number
  readonly inputs: readonly { readonly slot: number; readonly kind: InputKind }[]
  /** Float32 values. */
  readonly literals: readonly number[]
  readonly operations: readonly Operation[]
  readonly outputs: readonly { readonly register: number; readonly slot: number }[]
}

/** The sum or maximum over the middle axis of [outer, r, inner]. */
export interface Reduce {
  readonly kind: "reduce"
  readonly of: "sum" | "max"
  readonly outer: number
  readonly r: number
  readonly inner: number
  readonly from: number
  readonly to: number
}

/** Elements and strides of one axis of a copy, strides in elements. */
export interface Axis {
  readonly size: number
  readonly from: number
  readonly to: number
}

/** Copies between two strided views. */
export interface Copy {
  readonly kind: "copy"
  readonly from: number
  readonly to: number
  readonly axes: readonly Axis[]
}

export interface Fill {
  readonly kind: "fill"
  readonly to: number
  readonly n: number
  /** A float32 value. */
  readonly value: number
}

/** Rows of `from` [n, width] that `index` [m] names. */
export interface Gather {
  readonly kind: "gather"
  readonly m: number
  readonly n: number
  readonly width: number
  readonly from: number
  readonly index: number
  readonly to: number
}

/** Adds row i of `from` [m, width] to row index[i] of zeros [n, width]. */
export interface Scatter extends Omit<Gather, "kind"> {
  readonly kind: "scatter"
}

/** 0, 1, …, n − 1. */
export interface Iota {
  readonly kind: "iota"
  readonly to: number
  readonly n: number
}

/** Every instruction by its kind: a table over these keys that lacks one does not compile. */
export interface Instructions {
  readonly gemm: Gemm
  readonly map: MapInstruction
  readonly reduce: Reduce
  readonly copy: Copy
  readonly fill: Fill
  readonly gather: Gather
  readonly scatter: Scatter
  readonly iota: Iota
}

export type InstructionKind = keyof Instructions
export type Instruction<K extends InstructionKind = InstructionKind> = {
  [P in K]: { readonly kind: P } & Instructions[P]
}[K]

/** What is known of each kind of instruction, given one. */
export type InstructionTable<A extends readonly unknown[], R> = {
  readonly [K in InstructionKind]: (x: Instruction<K>, ...rest: A) => R
}

/** Applies the table's entry for an instruction to it. */
export const byKind =
  <A extends readonly unknown[], R>(table: InstructionTable<A, R>) =>
  <K extends InstructionKind>(x: Instruction<K>, ...rest: A): R =>
    table[x.kind](x, ...rest)
