import { exp, log1p } from "../math/mod.ts"
import { HIGH, LOW, next64, nextDouble, type Words } from "./pcg64.ts"
import type { Stream } from "./stream.ts"
import type { Floats } from "./uniform.ts"
import { HEIGHT, LIMIT, TAIL, TAIL_INVERSE, WIDTH } from "./ziggurat_tables.ts"

/**
 * A standard normal number, by the 256-layer ziggurat; NumPy's `standard_normal()`, bit for bit.
 *
 *     layer i = u mod 256,   x = ±(52 bits of u)·w_i,   accepted at once when those bits are below k_i
 *
 * Source: G. Marsaglia and W. W. Tsang, "The ziggurat method", J. Stat. Softw. 5(8), 2000.
 */
export const standardNormal = (s: Stream): number => nextNormal(s.words)

/**
 * mean + deviation·z; NumPy's `normal(mean, deviation)`.
 *
 * @example
 * ```ts
 * import { random } from "policygradex"
 *
 * random.normal(random.stream(random.zeroKey), 0, 1) // => 0.1257302210933933
 * ```
 */
export const normal = (s: Stream, mean: number, deviation: number): number => mean + deviation * nextNormal(s.words)

/**
 * Fills `out` with {@link standardNormal} (rounded to float32 where the buffer is).
 *
 * - Shapes: `out` `[n]`.
 */
export const fillNormal = (s: Stream, out: Floats): void => {
  const { words } = s
  for (let i = 0; i < out.length; i++) out[i] = nextNormal(words)
}

const nextNormal = (words: Words): number => {
  next64(words)
  const low = words[LOW]!
  const layer = low & 0xff
  const bits = (words[HIGH]! & 0x1fffffff) * 8388608 + (low >>> 9)
  const size = bits * WIDTH[layer]!
  const x = (low & 0x100) === 0 ? size : -size
  return bits < LIMIT[layer]! ? x : outsideCore(words, layer, x, low)
}

/** The tail, or the wedge of a layer; about one draw in a hundred comes here. */
const outsideCore = (words: Words, layer: number, x: number, low: number): number => {
  if (layer === 0) {
    for (;;) {
      const a = -TAIL_INVERSE * log1p(-nextDouble(words))
      const b = -log1p(-nextDouble(words))
      if (b + b > a * a) return ((low >>> 17) & 1) === 1 ? -(TAIL + a) : TAIL + a
    }
  }
  const height = (HEIGHT[layer - 1]! - HEIGHT[layer]!) * nextDouble(words) + HEIGHT[layer]!
  return height < exp(-0.5 * x * x) ? x : nextNormal(words)
}
