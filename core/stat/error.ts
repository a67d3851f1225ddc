/** How statistics refuse numbers. */
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"

/** "Cannot summarise ‹field›: want …, got …". */
export const refuse = (field: string, want: string, got: string): E.Either<ArgumentError, never> =>
  cannot(`summarise ${field}`, want, got)

/** At least `least` numbers, all finite. */
export const sample = (
  field: string,
  x: readonly number[],
  least: number
): E.Either<ArgumentError, readonly number[]> => {
  if (x.length < least) return refuse(field, `at least ${least} numbers`, String(x.length))
  const odd = x.findIndex((v) => !Number.isFinite(v))
  return odd < 0 ? E.right(x) : refuse(`${field}[${odd}]`, "a finite number", String(x[odd]))
}
