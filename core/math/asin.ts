/** Coefficients of the rational approximation of (asin x − x)/x³ in x² on [0, 1/4]. Source: fdlibm, `e_asin.c`. */
const P = [
  0.16666666666666666, -0.3255658186224009, 0.20121253213486293, -0.04005553450067941, 0.0007915349942898145,
  0.00003479331075960212
] as const
const Q = [-2.403394911734414, 2.0209457602335057, -0.6882839716054533, 0.07703815055590194] as const

/** Below it asin x rounds to x. */
const TINY = 1 / 134217728
const HALF_PI = 1.5707963267948966
const HALF_PI_LOW = 6.123233995736766e-17

/** (asin x − x)/x for z = x² ≤ 1/4. */
const growth = (z: number): number =>
  (z * (P[0] + z * (P[1] + z * (P[2] + z * (P[3] + z * (P[4] + z * P[5])))))) /
  (1 + z * (Q[0] + z * (Q[1] + z * (Q[2] + z * Q[3]))))

/**
 * Arc sine, the same bits on every engine.
 *
 *     asin x = x + x·R(x²) for |x| ≤ ½,   asin x = π/2 − 2·asin √((1 − x)/2) for x > ½
 *
 * Error below 2 ulp; NaN for |x| > 1.
 *
 * - Units: radians.
 * - Source: fdlibm, `e_asin.c`.
 */
export const asin = (x: number): number => {
  const a = Math.abs(x)
  if (a <= 0.5) return a < TINY ? x : x + x * growth(x * x)
  if (!(a <= 1)) return NaN
  const z = (1 - a) / 2
  const s = Math.sqrt(z)
  const value = HALF_PI - (2 * (s + s * growth(z)) - HALF_PI_LOW)
  return x < 0 ? -value : value
}
