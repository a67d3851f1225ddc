/** Whether two samples may come of one distribution. */
export interface KolmogorovSmirnov {
  /** D, the largest distance between the two empirical distribution functions. */
  readonly distance: number
  /** Probability of a distance as large where the distributions are one; approximate, from 20 values a sample on. */
  readonly probability: number
}

/**
 * The two-sample Kolmogorov-Smirnov test.
 *
 *     p = 2·Σ_{k≥1} (−1)^{k−1}·exp(−2k²λ²),   λ = (√m + 0.12 + 0.11/√m)·D,   m = n₁n₂/(n₁ + n₂)
 *
 * - Source: M. A. Stephens, "Use of the Kolmogorov-Smirnov … without extensive tables", J. R. Stat. Soc. B 32, 1970.
 */
export const kolmogorovSmirnov = (a: readonly number[], b: readonly number[]): KolmogorovSmirnov => {
  const [x, y] = [a.toSorted((p, q) => p - q), b.toSorted((p, q) => p - q)]
  let [i, j, distance] = [0, 0, 0]
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i]!, y[j]!)
    while (i < x.length && x[i] === value) i++
    while (j < y.length && y[j] === value) j++
    distance = Math.max(distance, Math.abs(i / x.length - j / y.length))
  }
  const m = Math.sqrt((x.length * y.length) / (x.length + y.length))
  const lambda = (m + 0.12 + 0.11 / m) * distance
  if (lambda < 0.2) return { distance, probability: 1 }
  let sum = 0
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * lambda * lambda)
  return { distance, probability: Math.min(Math.max(2 * sum, 0), 1) }
}
