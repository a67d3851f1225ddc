/** What is wrong with a use of the session, in the words that every session has. */
import { type Program, type Shape, showShape, size } from "../../../core/program/mod.ts"

/** The parts of a `SessionError` that differ between mistakes. */
export interface Mistake {
  readonly operation: string
  readonly want: string
  readonly got: string
  readonly fix: string
}

export const closed = (operation: string): Mistake => ({
  operation,
  want: "an open scope",
  got: "one that has closed",
  fix: "use it inside the scope it was made in"
})

export const foreign = (operation: string, isOwn: boolean): Mistake => ({
  operation,
  want: "a live buffer of this session",
  got: isOwn ? "one whose scope has closed" : "a buffer of another session",
  fix: "make the buffer in this session, in a scope that is still open"
})

export const wrongCount = (operation: string, want: number, got: number): Mistake => ({
  operation,
  want: `${want} numbers`,
  got: `${got}`,
  fix: "give as many numbers as the shape has"
})

/** `found` is undefined where nothing was given. */
export const wrongArgument = (operation: string, what: string, shape: Shape, found: number | undefined): Mistake => ({
  operation,
  want: `${what} of shape ${showShape(shape)} (${size(shape)} numbers)`,
  got: found === undefined ? "nothing" : `${found} numbers`,
  fix: found === undefined ? "give every input by its name" : "give as many numbers as the shape has"
})

export const unknownOutput = (p: Program, name: string): Mistake => ({
  operation: `run ${p.name}`,
  want: `a target for one of ${Object.keys(p.outputs).join(", ")}`,
  got: `"${name}"`,
  fix: "use the name that the program gives its output"
})

/** The backend threw. */
export const refused = (operation: string, step: string, cause: unknown): Mistake => ({
  operation,
  want: `a backend that runs ${step}`,
  got: (cause instanceof Error ? cause.message : String(cause)).split("\n")[0] ?? "",
  fix: "use smaller batches, or another session such as --session wasm"
})

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** Names the largest tensors, since those are what a person can make smaller. */
export const tooLarge = (operation: string, limit: number, wanted: number, largest: readonly string[]): Mistake => ({
  operation,
  want: `at most ${megabytes(limit)}`,
  got: `${megabytes(wanted)}${largest.length === 0 ? "" : `, most in ${largest.join(", ")}`}`,
  fix: "use smaller batches, or give the session a higher memory limit"
})
