import { HIGH, LOW, next32, next64, type Words } from "./pcg64.ts"
import type { Stream } from "./stream.ts"

const TWO_32 = 4294967296
const MASK_64 = (1n << 64n) - 1n

/**
 * An integer in [low, high); NumPy's `integers(low, high)`. A range of one number draws nothing.
 *
 * - Shapes: safe integers with low < high and high − low ≤ 2^53; NaN otherwise.
 */
export const integers = (s: Stream, low: number, high: number): number => {
  const last = high - low - 1
  if (!(last >= 0 && last < Number.MAX_SAFE_INTEGER && Number.isSafeInteger(low) && Number.isSafeInteger(high)))
    return NaN
  return low + below(s.words, last)
}

/**
 * Fills `out` with {@link integers}; an Int32Array or Uint32Array must be able to hold them.
 *
 * - Shapes: `out` `[n]`.
 */
export const fillIntegers = (
  s: Stream,
  low: number,
  high: number,
  out: Int32Array | Uint32Array | Float64Array
): void => {
  for (let i = 0; i < out.length; i++) out[i] = integers(s, low, high)
}

/** An integer in [0, last], by Lemire's multiplication (arXiv:1805.10941) on 32-bit halves where they suffice. */
export const below = (words: Words, last: number): number => {
  if (last === 0) return 0
  if (last === TWO_32 - 1) return next32(words) >>> 0
  if (last > TWO_32 - 1) return belowWide(words, last)
  const range = last + 1
  let draw = next32(words)
  let leftover = Math.imul(draw, range) >>> 0
  if (leftover < range) {
    const threshold = (TWO_32 - range) % range
    while (leftover < threshold) {
      draw = next32(words)
      leftover = Math.imul(draw, range) >>> 0
    }
  }
  // The product's upper half: (rounded product − exact lower half)/2^32 lies within 2^−18 of it.
  return Math.floor(((draw >>> 0) * range - leftover) / TWO_32 + 0.5)
}

/** The same on 64-bit words, for ranges above 2^32; rare, so plain in BigInt. */
const belowWide = (words: Words, last: number): number => {
  const range = BigInt(last) + 1n
  const threshold = (MASK_64 + 1n - range) % range
  for (;;) {
    next64(words)
    const draw = (BigInt(words[HIGH]! >>> 0) << 32n) | BigInt(words[LOW]! >>> 0)
    const product = draw * range
    if ((product & MASK_64) >= threshold) return Number(product >> 64n)
  }
}

/** An integer in [0, last], by masked rejection: what NumPy's `shuffle` and `permutation` use, for last < 2^32. */
export const belowMasked = (words: Words, last: number): number => {
  if (last === 0) return 0
  const mask = 0xffffffff >>> Math.clz32(last)
  for (;;) {
    const draw = (next32(words) & mask) >>> 0
    if (draw <= last) return draw
  }
}
