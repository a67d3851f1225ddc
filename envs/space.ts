import { log1p } from "../core/math/mod.ts"
import { type Floats, integers, random, type Stream, standardNormal, uniform } from "../core/random/mod.ts"

/** What an observation or action may be. */
export type Space = Box | Discrete

/** Real vectors between `low` and `high`, component by component; infinite bounds are allowed. */
export interface Box {
  readonly _tag: "Box"
  readonly low: readonly number[]
  readonly high: readonly number[]
  readonly names: readonly string[]
  readonly units: readonly string[]
  /** How Gymnasium returns it; `replay` rounds to it. State and dynamics are always float64. */
  readonly dtype: "float32" | "float64"
}

/** The integers 0 … n − 1, with a name each. */
export interface Discrete {
  readonly _tag: "Discrete"
  readonly n: number
  readonly names: readonly string[]
}

/** How many numbers of a flat buffer one element takes: the components of a box, one for a discrete space. */
export const sizeOf = (space: Space): number => (space._tag === "Box" ? space.low.length : 1)

/** One line for messages; of many components or names the first ones and the last. */
export const describeSpace = (space: Space): string =>
  space._tag === "Discrete"
    ? `Discrete(${space.n}): an integer from 0 to ${space.n - 1}${named(space)}`
    : `Box of ${space.low.length}: ${listed(space.names, (name, i) => `${name} in [${space.low[i]}, ${space.high[i]}] ${space.units[i]}`.trimEnd())}`

const named = ({ names }: Discrete): string =>
  names.every((name, i) => name === String(i)) ? "" : ` (${listed(names, (name) => name)})`

const MOST_LISTED = 64

const listed = (names: readonly string[], tell: (name: string, i: number) => string): string => {
  const told = (from: number, to?: number) => names.slice(from, to).map((name, i) => tell(name, from + i))
  if (names.length <= MOST_LISTED) return told(0).join(", ")
  return [...told(0, 8), "…", ...told(names.length - 1)].join(", ")
}

/** Whether every component lies between two numbers. */
export const isBounded = (space: Space): boolean =>
  space._tag === "Discrete" || [...space.low, ...space.high].every(Number.isFinite)

/** The element as a flat vector, or undefined when it does not belong to the space. A bare number serves a box of one. */
export const flatten = (space: Space, value: unknown): readonly number[] | undefined => {
  const vector: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (space._tag === "Discrete") {
    const [only] = vector
    const valid =
      !Array.isArray(value) && typeof only === "number" && Number.isInteger(only) && only >= 0 && only < space.n
    return valid ? [only] : undefined
  }
  if (vector.length !== space.low.length) return undefined
  const numbers: number[] = []
  for (const [i, x] of vector.entries()) {
    if (typeof x !== "number" || !(x >= space.low[i]! && x <= space.high[i]!)) return undefined
    numbers.push(x)
  }
  return numbers
}

/**
 * Writes a random element to `out[at …]`: uniform between finite bounds, else normal, or exponential from the one bound.
 *
 * Discrete and bounded spaces draw what Gymnasium's `space.sample()` draws.
 *
 * - Shapes: `[sizeOf(space)]`.
 */
export const sample = (space: Space, stream: Stream, out: Floats, at: number): void => {
  if (space._tag === "Discrete") {
    out[at] = integers(stream, 0, space.n)
    return
  }
  for (let i = 0; i < space.low.length; i++) out[at + i] = sampleBetween(stream, space.low[i]!, space.high[i]!)
}

const sampleBetween = (stream: Stream, low: number, high: number): number => {
  if (low > -Infinity && high < Infinity) return uniform(stream, low, high)
  if (low > -Infinity) return low - log1p(-random(stream))
  return high < Infinity ? high + log1p(-random(stream)) : standardNormal(stream)
}
