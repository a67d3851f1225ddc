/**
 * Probability that Student's t with a whole number of degrees of freedom is at most t.
 *
 *     θ = arctan(t/√ν)
 *     ν even: P(|T| <= t) = sin θ (1 + ½ cos²θ + (1·3)/(2·4) cos⁴θ + … + cos^{ν−2}θ)
 *     ν odd:  P(|T| <= t) = (2/π)(θ + sin θ (cos θ + ⅔ cos³θ + … + cos^{ν−2}θ))
 *
 * - Source: Abramowitz and Stegun, 26.7.3 and 26.7.4. Only roots and one arctangent, hence the same on every engine.
 */
export const studentProbability = (t: number, freedom: number): number => {
  const x = Math.abs(t)
  const root = Math.sqrt(freedom + x * x)
  const sine = x / root
  const square = freedom / (freedom + x * x)
  const odd = freedom % 2 === 1
  let term = odd ? Math.sqrt(square) : 1
  let sum = freedom > 1 ? term : 0
  for (let j = odd ? 3 : 2; j <= freedom - 2; j += 2) {
    term *= (square * (j - 1)) / j
    sum += term
  }
  const inside = odd ? (arctangent(x / Math.sqrt(freedom)) + sine * sum) / (Math.PI / 2) : sine * sum
  return 0.5 + (t < 0 ? -0.5 : 0.5) * Math.min(1, inside)
}

/**
 * The number that Student's t stays below with probability p, found by halving.
 *
 * - Units: `p` in (0, 1); `freedom` a whole number >= 1.
 *
 * @example
 * studentQuantile(0.5, 7) // => 0
 */
export const studentQuantile = (p: number, freedom: number): number => {
  if (p === 0.5) return 0
  if (p < 0.5) return -studentQuantile(1 - p, freedom)
  let high = 1
  while (studentProbability(high, freedom) < p && high < 1e300) high *= 2
  let low = 0
  for (;;) {
    const middle = 0.5 * (low + high)
    if (middle <= low || middle >= high) return high
    if (studentProbability(middle, freedom) < p) low = middle
    else high = middle
  }
}

/** arctan of x >= 0: the angle is halved three times, arctan x = 2 arctan(x/(1 + √(1 + x²))), then its series. */
const arctangent = (x: number): number => {
  // Above one the complement keeps x² from overflowing.
  if (x > 1) return Math.PI / 2 - arctangent(1 / x)
  let y = x
  for (let halved = 0; halved < 3; halved++) y = y / (1 + Math.sqrt(1 + y * y))
  const square = y * y
  // y <= tan(π/32) < 0.1: eleven terms reach 1e-23.
  let sum = 0
  for (let j = 21; j >= 1; j -= 2) sum = 1 / j - square * sum
  return 8 * y * sum
}
