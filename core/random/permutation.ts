import { below, belowMasked } from "./integers.ts"
import type { Words } from "./pcg64.ts"
import type { Stream } from "./stream.ts"

/** What can be shuffled in place. */
export type Shuffled = Int32Array | Uint32Array | Float32Array | Float64Array | Uint8Array | unknown[]

/** Shuffles a caller's array in place; NumPy's `shuffle`, draw for draw. */
export const shuffle = (s: Stream, values: Shuffled): void => {
  for (let i = values.length - 1; i > 0; i--) {
    const j = belowMasked(s.words, i)
    const kept = values[j]!
    values[j] = values[i]!
    values[i] = kept
  }
}

/**
 * Writes 0 … n − 1 in random order into `out`; NumPy's `permutation(n)`, n being `out`'s length.
 *
 * - Shapes: `out` `[n]`.
 */
export const fillPermutation = (s: Stream, out: Int32Array | Uint32Array): void => {
  for (let i = 0; i < out.length; i++) out[i] = i
  shuffle(s, out)
}

/**
 * The numbers 0 … n − 1 in random order.
 *
 * - Shapes: n an integer from 0 to 2^31 − 1; result `[n]`.
 *
 * @example
 * ```ts
 * import { random } from "policygradex"
 *
 * random.permutation(random.stream(random.zeroKey), 5) // => Int32Array.of(2, 4, 3, 0, 1)
 * ```
 */
export const permutation = (s: Stream, n: number): Int32Array => {
  const out = new Int32Array(n)
  fillPermutation(s, out)
  return out
}

/** The shuffle inside `choice`: positions first … count − 1, downwards, by Lemire's draws. */
export const shuffleFrom = (words: Words, values: Int32Array, first: number, count: number): void => {
  for (let i = count - 1; i >= first; i--) {
    const j = below(words, i)
    const kept = values[j]!
    values[j] = values[i]!
    values[i] = kept
  }
}
