import { nextDouble } from "./pcg64.ts"
import type { Stream } from "./stream.ts"

/** A caller's buffer of numbers. */
export type Floats = Float32Array | Float64Array

/** A number in [0, 1), a multiple of 2^−53; NumPy's `random()`. */
export const random = (s: Stream): number => nextDouble(s.words)

/** A number in [low, high): low + (high − low)·u; NumPy's `uniform(low, high)`. */
export const uniform = (s: Stream, low: number, high: number): number => low + (high - low) * nextDouble(s.words)

/**
 * Fills `out` with {@link random}.
 *
 * - Shapes: `out` `[n]`.
 */
export const fillRandom = (s: Stream, out: Floats): void => {
  const { words } = s
  for (let i = 0; i < out.length; i++) out[i] = nextDouble(words)
}

/**
 * Fills `out` with {@link uniform}.
 *
 * - Shapes: `out` `[n]`.
 */
export const fillUniform = (s: Stream, low: number, high: number, out: Floats): void => {
  const { words } = s
  const width = high - low
  for (let i = 0; i < out.length; i++) out[i] = low + width * nextDouble(words)
}
