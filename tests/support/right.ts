import * as E from "fp-ts/lib/Either.js"

/** The value of what must not fail; else its failure is the test's. */
export const right = <F, A>(value: E.Either<F, A>): A => {
  if (E.isLeft(value)) throw value.left
  return value.right
}
