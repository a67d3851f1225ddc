/** Coefficients of the rational approximation of (asin x − x)/x³ in x² on [0, 1/4]. Source: fdlibm, `e_asin.c`. */
const P = [
  1.66666666666666657415e-1, -3.25565818622400915405e-1, 2.01212532134862925881e-1, -4.00555345006794114027e-2,
  7.91534994289814532176e-4, 3.4793310759602116757e-5
] as const
const Q = [
  -2.40339491173441421878, 2.02094576023350569471, -6.8828397160545329303e-1, 7.70381505559019352791e-2
] as const

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
