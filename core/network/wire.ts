/**
 * What a network computes, as a value: wires, which carry numbers of every row. An architecture is a function from its input
 * wires to its output; parameters, forward pass, factors of the gradient and exported graph all follow from that
 * (`wired.ts`).
 */

/** How a linear layer's weights begin. */
export type Start =
  /** Orthogonal, scaled by this gain; `head` is the gain that a network's `init` is given. */
  | number
  | "head"
  /** Zeros, or ones. */
  | "zero"
  | "one"
  /** Every column a random direction of this norm: a vector for each symbol of a one-hot. */
  | { readonly norm: number }

/** What kinds of wires there are, with what each has beside those it is computed from. */
export interface Wires {
  /** The network's inputs. */
  readonly input: unknown
  /** x Wᵀ + b with parameters of its own; W is of `parts` blocks of rows, each of which starts by itself. */
  readonly linear: { readonly name: string; readonly bias: boolean; readonly parts: number; readonly start: Start }
  /** x M with a matrix that is no parameter: `[x.width, width]`, row-major. */
  readonly table: { readonly values: readonly number[] }
  readonly unary: { readonly fn: "tanh" | "relu" | "sigmoid" | "sqrt" }
  /** Elementwise; an operand of width 1 is of all columns. */
  readonly binary: { readonly fn: "add" | "sub" | "mul" | "div" }
  /** One number, the same in every row. */
  readonly number: { readonly value: number }
  /** Over each of so many equal groups of columns. */
  readonly softmax: { readonly groups: number }
  /** Σ_k w_k x_k of weights w and as many equal groups of columns x_k. */
  readonly weigh: unknown
  readonly concat: unknown
  /** Columns from `at` on. */
  readonly columns: { readonly at: number }
}

/** A kind of wire. */
export type WireKind = keyof Wires
/** What a wire of this kind is made by. */
export type WireOf<K extends WireKind> = { [P in K]: { readonly kind: P } & Wires[P] }[K]

/** Numbers of every row, `[rows, width]`. */
export interface Wire {
  readonly op: WireOf<WireKind>
  readonly from: readonly Wire[]
  readonly width: number
}

/** Which inputs tell the task, as a one-hot: `tasks` of them from input `at` on; `ids` are their names, where there are some. */
export interface Told {
  readonly at: number
  readonly tasks: number
  readonly ids?: readonly string[]
}

/** What goes into a network and what comes out; `told` where the inputs tell its task. */
export interface NetworkSizes {
  readonly inputs: number
  readonly outputs: number
  readonly told?: Told
}

/** The sizes of a network that is told its task. */
export type ToldSizes = NetworkSizes & { readonly told: Told }

/** All inputs; of a network that is told its task, its one-hot, and the state, which is the others. */
export const inputWires = ({ inputs, told }: NetworkSizes): Readonly<Record<"all" | "state" | "task", Wire>> => {
  const all: Wire = { op: { kind: "input" }, from: [], width: inputs }
  const { at, tasks } = told ?? { at: inputs, tasks: 0 }
  const [before, after] = [columns(all, 0, at), columns(all, at + tasks, inputs - at - tasks)]
  return { all, task: columns(all, at, tasks), state: concat([before, after]) }
}

/** What a linear layer may be told; by default it has biases, and starts as a hidden layer of relu does. */
export interface LinearOptions {
  readonly bias?: boolean
  readonly parts?: number
  readonly start?: Start
}

/** x Wᵀ + b: parameters `W‹name›` `[width, x.width]` and `b‹name›` `[width]`, which no other layer of the network shares. */
export const linear = (name: string, x: Wire, width: number, options: LinearOptions = {}): Wire => {
  const { bias = true, parts = 1, start = Math.SQRT2 } = options
  return { op: { kind: "linear", name, bias, parts, start }, from: [x], width }
}

/** x M for a matrix that stays as it is, row-major. */
export const table = (x: Wire, values: readonly number[]): Wire => ({
  op: { kind: "table", values },
  from: [x],
  width: values.length / x.width
})

const unary =
  (fn: Wires["unary"]["fn"]) =>
  (x: Wire): Wire => ({ op: { kind: "unary", fn }, from: [x], width: x.width })

/** Hyperbolic tangent. */
export const tanh = unary("tanh")
/** max(x, 0). */
export const relu = unary("relu")
/** 1/(1 + e^−x). */
export const sigmoid = unary("sigmoid")
/** Square root. */
export const sqrt = unary("sqrt")

const binary =
  (fn: Wires["binary"]["fn"]) =>
  (a: Wire, b: Wire | number): Wire => {
    const other: Wire = typeof b === "number" ? { op: { kind: "number", value: b }, from: [], width: 1 } : b
    return { op: { kind: "binary", fn }, from: [a, other], width: Math.max(a.width, other.width) }
  }

/** a + b. */
export const add = binary("add")
/** a − b. */
export const sub = binary("sub")
/** a · b, column by column. */
export const mul = binary("mul")
/** a / b, column by column. */
export const div = binary("div")

/** exp x_i / Σ_j exp x_j over each of `groups` equal groups of columns. */
export const softmax = (x: Wire, groups = 1): Wire => ({ op: { kind: "softmax", groups }, from: [x], width: x.width })

/** Σ_k w_k x_k: `w` `[rows, K]`, `x` the K terms side by side. */
export const weigh = (w: Wire, x: Wire): Wire => ({ op: { kind: "weigh" }, from: [w, x], width: x.width / w.width })

/** The same of terms that stand by themselves. */
export const mix = (w: Wire, x: readonly Wire[]): Wire =>
  x.map((term, k) => mul(columns(w, k, 1), term)).reduce((sum, term) => add(sum, term))

/** Side by side. */
export const concat = (all: readonly Wire[]): Wire => {
  const [first, ...others] = all.filter((x) => x.width > 0)
  if (first === undefined || others.length === 0) return first ?? all[0] ?? noWire
  return { op: { kind: "concat" }, from: [first, ...others], width: all.reduce((n, x) => n + x.width, 0) }
}

/** `count` columns from `at` on. */
export const columns = (x: Wire, at: number, count: number): Wire =>
  at === 0 && count === x.width ? x : { op: { kind: "columns", at }, from: [x], width: count }

const noWire: Wire = { op: { kind: "number", value: 0 }, from: [], width: 0 }
