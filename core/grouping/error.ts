/** How groupings refuse. */
import type * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"

/**
 * "Cannot group by ‹field›: want …, got …", and how to mend it where that is known. The field is the argument, with the row
 * or entry where there is one: `U[3][1]`, `k`, `lambda`.
 */
export const refuse = (field: string, want: string, got: string, fix = ""): E.Either<ArgumentError, never> =>
  cannot(`group by ${field}`, want, got, fix)
