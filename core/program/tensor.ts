/** The nodes of a program: an immutable graph of primitive operations with static shapes. */
import type { ArgumentError } from "../failure/mod.ts"
import type { Shape } from "./shape.ts"

/** Elementwise functions of one operand. */
export type Unary = "neg" | "exp" | "log" | "tanh" | "sigmoid" | "softplus" | "sqrt" | "abs" | "sign"

/** Elementwise functions of two operands; comparisons give 1 or 0. */
export type Binary = "add" | "sub" | "mul" | "div" | "max" | "min" | "lt" | "le" | "eq"

/**
 * The closed set of primitives, each with what it is besides its operands. To add one, add it here; the compiler then
 * names every table that lacks its rule (derivatives, batching, meaning, text, plan, kernels) or its law.
 */
export interface Primitives {
  readonly input: { readonly name: string }
  readonly constant: { readonly values: Float64Array }
  readonly iota: unknown
  readonly unary: { readonly fn: Unary }
  readonly binary: { readonly fn: Binary }
  readonly select: unknown
  readonly matmul: { readonly transposeA: boolean; readonly transposeB: boolean }
  readonly reduce: { readonly fn: "sum" | "max"; readonly axes: readonly number[] }
  readonly reshape: unknown
  readonly transpose: { readonly order: readonly number[] }
  readonly broadcast: unknown
  readonly concat: { readonly axis: number }
  readonly slice: { readonly start: readonly number[] }
  readonly pad: { readonly low: readonly number[] }
  readonly gather: unknown
  readonly scatter: unknown
  readonly stopGradient: unknown
}

export type Primitive = keyof Primitives

/** An operation of one of these kinds: what a table's entry for `P` is given. */
export type OpOf<P extends Primitive> = { [K in P]: { readonly kind: K } & Primitives[K] }[P]
/** What a tensor is made by: a primitive, with its settings. */
export type Op = OpOf<Primitive>

/** A rule for each primitive: one that lacks some does not compile. */
export type Rules<A extends readonly unknown[], R> = {
  readonly [P in Primitive]: (op: OpOf<P>, ...rest: A) => R
}

/** Applies the rule of an operation's primitive. */
export const byPrimitive =
  <A extends readonly unknown[], R>(rules: Rules<A, R>) =>
  <P extends Primitive>(op: OpOf<P>, ...rest: A): R =>
    rules[op.kind](op, ...rest)

/**
 * One value of a program. A node that could not be built carries `error`, and so does everything computed from it:
 * building a program never throws, and the first mistake arrives where the program is made.
 */
export interface Tensor {
  readonly op: Op
  readonly args: readonly Tensor[]
  readonly shape: Shape
  readonly error?: ArgumentError
}

/** Every node that the roots need, operands before their users. */
export const topological = (roots: Iterable<Tensor>): Tensor[] => {
  const order: Tensor[] = []
  const seen = new Set<Tensor>()
  for (const root of roots) {
    const stack: { node: Tensor; next: number }[] = [{ node: root, next: 0 }]
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      if (top.next === 0 && seen.has(top.node)) {
        stack.pop()
      } else if (top.next < top.node.args.length) {
        const arg = top.node.args[top.next++]!
        if (!seen.has(arg)) stack.push({ node: arg, next: 0 })
      } else {
        stack.pop()
        if (!seen.has(top.node)) {
          seen.add(top.node)
          order.push(top.node)
        }
      }
    }
  }
  return order
}
