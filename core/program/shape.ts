/** Static shapes, and how a shape that does not fit is refused. A scalar has shape `[]`. */
import { type ArgumentError, argumentError } from "../failure/mod.ts"

/** Up to here single precision has every whole number: rows that are numbered by arithmetic are told apart in every session. */
export const EXACT = 2 ** 24

/** Sizes by axis, outermost first. */
export type Shape = readonly number[]

/**
 * A program that cannot be built; `doing` is the operation that was asked for, e.g. `matmul`. What came says where in the
 * caller's own code, as `file:line:column`: the first stack frame outside our core, where the runtime gives a stack.
 */
export const shapeError = (operation: string, want: string, got: string): ArgumentError => {
  const at = callSite()
  return argumentError({ doing: operation, want, got: at === "" ? got : `${got} (at ${at})` })
}

/** Number of elements. */
export const size = (shape: Shape): number => {
  let n = 1
  for (const d of shape) n *= d
  return n
}

/** Whether these can be sizes of axes, and places on them. */
export const areWhole = (numbers: readonly number[]): boolean => numbers.every((d) => Number.isInteger(d) && d >= 0)

/** Whether there is such a row, of `n`. */
export const isRow = (row: number, n: number): boolean => Number.isInteger(row) && row >= 0 && row < n

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i])

/** A shape as messages have it: `[2, 3]`. */
export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`

/** Row-major strides, in elements. */
export const strides = (shape: Shape): number[] => {
  const out = new Array<number>(shape.length)
  for (let i = shape.length - 1, s = 1; i >= 0; i--) {
    out[i] = s
    s *= shape[i]!
  }
  return out
}

/** Strides that walk `from` as if it had shape `to` (right-aligned; expanded axes get stride 0). */
export const broadcastStrides = (from: Shape, to: Shape): number[] => {
  const own = strides(from)
  const lead = to.length - from.length
  return to.map((_, i) => (i < lead || from[i - lead] === 1 ? 0 : own[i - lead]!))
}

/** The common shape of two operands by right-aligned broadcasting, or nothing. */
export const broadcastShape = (a: Shape, b: Shape): Shape | undefined => {
  const rank = Math.max(a.length, b.length)
  const out: number[] = []
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    if (x !== y && x !== 1 && y !== 1) return undefined
    out.push(x === 1 ? y : x)
  }
  return out
}

/** The folder of the pure core: frames inside it are ours, not the caller's. Empty where modules have no address. */
const home = decodeURIComponent(
  (import.meta.url ?? "").replace(/^file:\/\//, "").replace(/program\/shape\.[jt]s.*$/, "")
)

const callSite = (): string => {
  const frames = (new Error().stack ?? "").split("\n")
  const ours = (f: string) => (home !== "" && f.includes(home)) || /node_modules\/|native code|\b(native|node):/.test(f)
  const own = frames.find((f) => /[:@(/].*:\d+:\d+\)?$/.test(f) && !ours(f))
  return (
    own
      ?.replace(/^\s*at\s+/, "")
      .replace(/^.*[(@]/, "")
      .replace(/\)$/, "")
      .replace("file://", "") ?? ""
  )
}
