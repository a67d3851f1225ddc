/**
 * Sine and cosine step by step as the GNU C library (2.28 and later) takes them on processors with fused multiply-add.
 *
 * Python and NumPy use that library, so trajectories recorded with them are reproduced to the last bit only with its
 * roundings, of which about one in two thousand is not the nearest double. Slow: sin_cos.ts comes here in doubt only.
 *
 * - Source: the method of S. Gal and B. Bachelis, ACM Trans. Math. Softw. 17(1), 1991, with the library's constants;
 *   compared with it on 10^6 arguments.
 */
import { fma } from "./fma.ts"
import { ROWS_PER_UNIT, TABLE } from "./sin_cos_table.ts"

// Polynomial of sin a for a < 0.126.
const S1 = -1 / 6
const S2 = 0.008333333333332329
const S3 = -0.00019841269834414642
const S4 = 2.755729806860771e-6
const S5 = -2.5022014848318398e-8
// Polynomials of sin r and cos r for |r| ≤ 1/256.
const SN3 = -0.16666666666666488
const SN5 = 0.008333332142857223
const CS2 = 0.5
const CS4 = -0.04166666666666644
const CS6 = 0.001388888740079376

/** Adding it rounds to a multiple of 1/128, ties to even. */
const ROUNDER = 52776558133248
/** Words of {@link TABLE} to a row of the library's table, whose step is 1/128. */
const ROW = (4 * ROWS_PER_UNIT) / 128

/** Where the library changes from the polynomial of the argument to the table. */
export const POLYNOMIAL_END = 0.126

/** sin a for 0 ≤ a ≤ 0.7854. */
export const sinAsLibrary = (a: number): number => {
  if (a < POLYNOMIAL_END) {
    const aa = a * a
    const p = fma(fma(fma(fma(S5, aa, S4), aa, S3), aa, S2), aa, S1)
    return a + p * a * aa
  }
  const centre = ROUNDER + a - ROUNDER
  const at = centre * 128 * ROW
  const r = a - centre
  const rr = r * r
  const s = r + r * rr * fma(rr, SN5, SN3)
  const c = rr * fma(rr, fma(rr, CS6, CS4), CS2)
  const sin = TABLE[at]!
  return sin + fma(TABLE[at + 2]!, s, fma(-sin, c, fma(s, TABLE[at + 3]!, TABLE[at + 1]!)))
}

/** cos a for 0 ≤ a ≤ 0.7854. */
export const cosAsLibrary = (a: number): number => {
  const centre = ROUNDER + a - ROUNDER
  const at = centre * 128 * ROW
  const r = a - centre
  const rr = r * r
  const s = fma(r * rr, fma(rr, SN5, SN3), r)
  const c = rr * fma(rr, fma(rr, CS6, CS4), CS2)
  const cos = TABLE[at + 2]!
  return cos + fma(-TABLE[at]!, s, fma(-cos, c, fma(-s, TABLE[at + 1]!, TABLE[at + 3]!)))
}
