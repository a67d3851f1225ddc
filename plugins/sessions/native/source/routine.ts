/** What an instruction becomes: a C function over the addresses of its operands. */

/** Headers of `kernels/` that a function may need. */
export type Header = "gemm" | "lanes" | "map" | "math" | "mode" | "move" | "reduce" | "threads" | "turn"

export interface Routine {
  /** What kind of work it is: the first part of the function's name. */
  readonly name: string
  /** What it computes, for the reader. */
  readonly comment: string
  /** Slots of its operands; in the body, operand i is at `at[i]`. */
  readonly operands: readonly number[]
  /** Statements. A body that `splits` does its part `part` of `parts` parts, which may run in any order. */
  readonly body: readonly string[]
  readonly splits: boolean
  readonly headers: readonly Header[]
}

/** Nanoseconds of work from which a second thread is worth waking; bringing threads together costs a few thousand. */
export const worthThreads = 20_000

/** Nanoseconds that one thread takes, roughly: a full 16-lane vector of simple work each, more for functions. */
export const cost = {
  /** Per multiply-add of a product. */
  product: 0.02,
  /** Per element moved, read or written. */
  element: 0.1,
  /** Per element and simple operation. */
  operation: 0.02,
  /** Per element and exp, log, tanh, sigmoid, softplus, quotient or root. */
  function: 0.25
} as const

export const indent = (lines: readonly string[]): readonly string[] => lines.map((l) => (l === "" ? l : `  ${l}`))

/** A number as C writes a float, exactly. */
export const float = (x: number): string => {
  if (Number.isNaN(x)) return '__builtin_nanf("")'
  if (!Number.isFinite(x)) return x > 0 ? "__builtin_inff()" : "-__builtin_inff()"
  if (Object.is(x, -0)) return "-0.0f"
  const text = String(x)
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`
}
