/** What a network is to policies, critics, projections and exports: one record, whatever its architecture. */
import type { Tensor } from "../program/mod.ts"
import type { Floats, Stream } from "../random/mod.ts"
import type { Layout } from "./layout.ts"
import type { Told } from "./wire.ts"

/** Where a block of the gradient lies in θ: row-major `[rows, columns]` from `offset`. */
export interface FactorBlock {
  readonly offset: number
  readonly rows: number
  readonly columns: number
  /** Whether it has a right factor: a weight has, even with one column; a bias has none. */
  readonly outer: boolean
}

/** A block's part of every row's gradient, left ⊗ right: left `[rows, block.rows]`, right `[rows, block.columns]` or 1. */
export interface Factors {
  readonly left: Tensor
  readonly right: Tensor | undefined
}

/** One forward pass. */
export interface Forward {
  /** `[rows, outputs]`. */
  readonly output: Tensor
  /** Where the pass can be cut: by the slopes of f at these, `factors` tells ∇_θ f of every row, f any function of rows. */
  readonly cuts: readonly Tensor[]
  /** The factors of ∇_θ f in the order of {@link Network.factorBlocks}, from ∂f/∂cut of each cut. */
  readonly factors: (slopes: readonly Tensor[]) => readonly Factors[]
}

/** One step of the forward pass for formats of graphs; operators have ONNX's names and meaning, of its version 17. */
export interface GraphNode {
  readonly operator:
    | ("Gemm" | "Tanh" | "Relu" | "Sigmoid" | "Sqrt" | "Softmax" | "Identity" | "Clip" | "Mul" | "Add" | "Sub" | "Div")
    | ("Concat" | "Slice" | "Reshape" | "ReduceSum" | "MatMul" | "Constant")
  /** Names of other nodes' outputs, or of the layout's blocks. */
  readonly inputs: readonly string[]
  readonly output: string
  /** Whole-number attributes, all >= 0. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>
  /** Attributes that are lists of real numbers. */
  readonly reals?: Readonly<Record<string, readonly number[]>>
}

/** A network without the inputs that became constants, and its θ. */
export interface FixedInputs {
  readonly network: Network
  readonly theta: Float64Array
}

/** A network: parameters laid out in one vector θ, and what is done with them. */
export interface Network {
  /** Its architecture. */
  readonly id: string
  /** What its architecture was asked for, as plain data. */
  readonly config: Readonly<Record<string, unknown>>
  readonly inputs: number
  readonly outputs: number
  /** Which inputs tell it the task, of a network that makes a difference between these and the others. */
  readonly told?: Told
  readonly layout: Layout
  /** θ `[layout.size]`, x `[rows, inputs]`. */
  readonly forward: (theta: Tensor, x: Tensor) => Forward
  /** First parameters; the last layer's weights are scaled by `gain`: for a policy's head take 0.01, for a value 1. */
  readonly init: (s: Stream, gain: number) => Float64Array
  /** The blocks of θ, in the order of a pass's factors. */
  readonly factorBlocks: readonly FactorBlock[]
  /** The same architecture with other sizes; further inputs come behind the others, of which the same tell the task. */
  readonly sized: (inputs: number, outputs: number) => Network
  /** Its inner sizes in words, from input to output: two networks of one text may exchange θ. */
  readonly words: readonly string[]
  /** The forward pass from a tensor of one name to one of another. */
  readonly graph: (input: string, output: string) => readonly GraphNode[]
  /** The network of all but the last inputs that computes what this one does where those are `values`. */
  readonly fixInputs: (theta: Floats, values: Floats) => FixedInputs
  /**
   * θ of the network that is `sized` with `count` further inputs, the first of them input `at`, that weigh nothing: it computes
   * what this one does, whatever they are; `at` is behind the inputs that tell the task, if any do. Law: where they are the last
   * ones, `fixInputs` undoes it for any values.
   */
  readonly insertInputs: (theta: Floats, at: number, count: number) => Float64Array
}
