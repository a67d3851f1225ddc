import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { mean } from "simple-statistics"
import type { ArgumentError } from "../failure/mod.ts"
import { sample } from "./error.ts"

/**
 * Mean of the middle half: ⌊n/4⌋ of the smallest and as many of the largest numbers are left out.
 *
 * - Shapes: at least one number.
 * - Errors: `ArgumentError` for none, or one that is not finite.
 * - Source: Agarwal et al., arXiv:2108.13264, section 4.3.
 *
 * @example
 * interquartileMean([1, 2, 3, 100]) // => right(2.5)
 */
export const interquartileMean = (x: readonly number[]): E.Either<ArgumentError, number> =>
  pipe(
    sample("x", x, 1),
    E.map((values) => {
      const cut = Math.floor(values.length / 4)
      const sorted = [...values].sort((a, b) => a - b)
      return mean(sorted.slice(cut, sorted.length - cut))
    })
  )
