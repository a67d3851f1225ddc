/** Numbers with how far they can be trusted. */
import * as E from "fp-ts/lib/Either.js"
import { mean, tInterval } from "../../core/stat/mod.ts"

/** A number with the interval it is known within, e.g. a mean over seeds. */
export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
  /** Coverage of the interval, e.g. 0.95. */
  readonly level: number
  /** Over how many seeds, subsets, … it was taken. */
  readonly n: number
}

/** Mean with Student's interval; of a single number, itself. */
export const interval = (x: readonly number[]): Interval => {
  const t = tInterval(x)
  return E.isRight(t)
    ? { value: t.right.estimate, low: t.right.low, high: t.right.high, level: t.right.level, n: x.length }
    : { value: mean(x), low: mean(x), high: mean(x), level: 0.95, n: x.length }
}
