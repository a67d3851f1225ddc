/** Static shapes and the one error that shapes can cause. A scalar has shape `[]`. */

/** Sizes by axis, outermost first. */
export type Shape = readonly number[]

/** A program that cannot be built: data, never thrown. */
export interface ShapeError {
  readonly _tag: "ShapeError"
  /** The operation that was asked for, e.g. `matmul`. */
  readonly operation: string
  readonly want: string
  readonly got: string
  /** Where in the caller's own code, as `file:line:column`; empty when the runtime gives no stack. */
  readonly at: string
}

/** The sentence a person reads. */
export const shapeMessage = (e: ShapeError): string =>
  `Cannot ${e.operation}: want ${e.want}, got ${e.got}${e.at === "" ? "" : ` (at ${e.at})`}`

/** Makes a shape error that points at the first stack frame outside our core. */
export const shapeError = (operation: string, want: string, got: string): ShapeError => ({
  _tag: "ShapeError",
  operation,
  want,
  got,
  at: callSite()
})

/** Number of elements. */
export const size = (shape: Shape): number => {
  let n = 1
  for (const d of shape) n *= d
  return n
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i])

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
