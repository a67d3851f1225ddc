/** What can go wrong on a backend of TensorFlow.js, beside what every session refuses. */
import type { Mistake } from "../../../core/service/session.ts"

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
