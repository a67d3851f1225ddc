import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../failure/mod.ts"
import type { Stream } from "../random/mod.ts"
import type { Interval } from "../stat/mod.ts"
import { skewedInterval } from "./interval.ts"
import type { MatrixFree } from "./matrix_free.ts"

/** How far to go. */
export interface TraceOptions {
  /** Draws the probes. */
  readonly stream: Stream
  /** Most products with the matrix. */
  readonly probes: number
  /** Stops once the interval reaches at most this far to either side, as a part of |estimate|; 0, the default: at no width. */
  readonly relative?: number
  /** The same in the units of the trace; the wider one counts. */
  readonly absolute?: number
  /** Confidence of the interval, 0.95. */
  readonly level?: number
}

/** An estimate of a trace, and the interval that holds the true one with the stated confidence; `count` samples made it. */
export interface Trace extends Interval {
  /** Products used. */
  readonly probes: number
  /** Whether the interval is as narrow as was asked; true where nothing was. */
  readonly narrow: boolean
}

/** Numbers whose mean is the estimate and whose spread tells how far off it is. */
export interface Samples {
  readonly values: readonly number[]
  /** Of every two of them, where they are not independent. */
  readonly covariance?: number
  /** Products that they took. */
  readonly probes: number
}

/** A way to estimate: given how many products may be used in all, asks for those that are missing and gives its samples. */
export interface Sampler {
  /** Fewest products that it can do with. */
  readonly least: number
  readonly upTo: (probes: number) => MatrixFree<E.Either<ArgumentError, Samples>>
}

/**
 * Takes samples until their interval is narrow, or the probes are spent.
 *
 *     1 − level' = (1 − level)/looks
 *
 * The interval is looked at after 24, 48, 96, … products and at the end. Whoever stops at the first narrow one of several believes
 * them all: each is so wide that all together hold with the stated confidence.
 *
 * - Errors: `ArgumentError` for probes that are no whole number or too few, a negative tolerance, or a level outside (0, 1).
 * - Source: Bonferroni's inequality; the intervals' own is `skewedInterval`'s.
 */
export function* untilNarrow(
  { least, upTo }: Sampler,
  { probes, relative = 0, absolute = 0, level = 0.95 }: TraceOptions
): MatrixFree<E.Either<ArgumentError, Trace>> {
  const want = `a whole number >= ${least}`
  if (!(Number.isInteger(probes) && probes >= least)) return cannot(`${DOING} with these probes`, want, String(probes))
  if (!(relative >= 0 && absolute >= 0)) {
    return cannot(`${DOING} to this width`, "relative and absolute widths >= 0", `${relative} and ${absolute}`)
  }
  if (!(level > 0 && level < 1)) return cannot(`${DOING} at this level`, "a confidence in (0, 1)", String(level))
  const stops = relative > 0 || absolute > 0
  const looks = stops ? doublings(probes) : [probes]
  for (const look of looks) {
    const samples = yield* upTo(look)
    if (E.isLeft(samples)) return samples
    const { values, covariance } = samples.right
    const interval = skewedInterval(values, 1 - (1 - level) / looks.length, covariance)
    const { estimate, low, high } = interval
    const half = Math.max(high - estimate, estimate - low)
    const narrow = !stops || half <= Math.max(absolute, relative * Math.abs(estimate))
    if (narrow || look === probes) {
      return E.right({ ...interval, level, probes: samples.right.probes, narrow })
    }
  }
  return cannot(DOING, "a look", "none")
}

const DOING = "estimate a trace"

/**
 * The first look. Eight samples of Hutch++, twelve of XTrace: with fewer the interval of skewed ones is too narrow. And signs, whose
 * quadratic forms may take two values, are all equal by chance, an interval of no width, once in 2²³ times.
 */
const FIRST = 24

const doublings = (probes: number): readonly number[] => {
  const looks: number[] = []
  for (let at = FIRST; at < probes; at *= 2) looks.push(at)
  return [...looks, probes]
}
