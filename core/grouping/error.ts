import * as E from "fp-ts/lib/Either.js"

/** An affinity matrix or a setting that no grouping exists for. */
export interface GroupingError {
  readonly _tag: "GroupingError"
  /** The argument, with the row or entry where there is one: `U[3][1]`, `k`, `lambda`. */
  readonly field: string
  readonly value: string
  readonly want: string
  readonly message: string
}

/** "Cannot group by ‹field›: want …, got …", and how to mend it where that is known. */
export const refuse = (field: string, want: string, value: string, fix = ""): E.Either<GroupingError, never> =>
  E.left({
    _tag: "GroupingError",
    field,
    value,
    want,
    message: `Cannot group by ${field}: want ${want}, got ${value}${fix === "" ? "" : `; ${fix}`}`
  })
