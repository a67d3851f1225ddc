/** What a training starts from. */
import { Effect } from "effect"
import type { ArgumentError } from "../core/failure/mod.ts"
import type { Floats } from "../core/random/mod.ts"
import type { RealConstructor } from "../core/service/real.ts"
import type { Start } from "./algorithm.ts"
import { problemError } from "./error.ts"

/** How many parameters there are. */
interface Sizes {
  readonly policy: number
  readonly value: number
}

/**
 * The parameters of one part: those given, copied, or drawn ones where none are.
 *
 * - Errors: `ArgumentError` where as many are given as no network of these sizes has.
 */
export const startFrom =
  (start: Start, sizes: Sizes, Real: RealConstructor) =>
  (name: "policy" | "value", drawn: () => Floats): Effect.Effect<Float32Array | Float64Array, ArgumentError> => {
    const values = start[name]
    if (values !== undefined && values.length !== sizes[name]) {
      return Effect.fail(problemError(`start.${name}`, `${sizes[name]} parameters`, String(values.length)))
    }
    return Effect.sync(() => Real.from(values ?? drawn()))
  }
