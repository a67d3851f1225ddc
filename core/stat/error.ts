import * as E from "fp-ts/lib/Either.js"

/** Numbers that a statistic does not exist for. */
export interface StatError {
  readonly _tag: "StatError"
  /** The argument. */
  readonly field: string
  readonly value: string
  readonly want: string
  readonly message: string
}

/** "Cannot summarise ‹field›: want …, got …". */
export const refuse = (field: string, want: string, value: string): E.Either<StatError, never> =>
  E.left({ _tag: "StatError", field, value, want, message: `Cannot summarise ${field}: want ${want}, got ${value}` })

/** At least `least` numbers, all finite. */
export const sample = (field: string, x: readonly number[], least: number): E.Either<StatError, readonly number[]> => {
  if (x.length < least) return refuse(field, `at least ${least} numbers`, String(x.length))
  const odd = x.findIndex((v) => !Number.isFinite(v))
  return odd < 0 ? E.right(x) : refuse(`${field}[${odd}]`, "a finite number", String(x[odd]))
}
