/** What the trace of X is held to: a number k >= 1, or nothing but the price λ that the objective asks for it. */
export type Trace = { readonly kind: "fixed"; readonly k: number } | { readonly kind: "free" }

/**
 * Eigenvalues of the nearest matrix of the spectral set: y_i = min(1, max(0, ν_i − θ)).
 *
 * With a fixed trace θ is the one number with Σ y_i = k − 1; with a free one it is given.
 *
 * - Shapes: `values` ν `[m]`, descending; `out` `[m]`.
 * - Source: the capped simplex; Wang and Lu, arXiv:1503.01002, section 2.
 */
export const weights = (values: Float64Array, trace: Trace, threshold: number, out: Float64Array): void => {
  const theta = trace.kind === "free" ? threshold : levelForSum(values, trace.k - 1)
  for (let i = 0; i < values.length; i++) out[i] = Math.min(1, Math.max(0, values[i]! - theta))
}

/**
 * The largest Σ ν_i y_i over 0 <= y_i <= 1: with Σ y_i = k − 1, Ky Fan's sum of the k − 1 largest; with a free sum and the
 * price λ for each unit of it, Σ max(0, ν_i − λ).
 *
 * - Shapes: `values` ν `[m]`, descending.
 * - Source: Fan, Proc. Natl. Acad. Sci. 35 (1949), 652.
 */
export const supportOfWeights = (values: Float64Array, trace: Trace, lambda: number): number => {
  let sum = 0
  if (trace.kind === "free") {
    for (let i = 0; i < values.length && values[i]! > lambda; i++) sum += values[i]! - lambda
    return sum
  }
  for (let i = 0, left = trace.k - 1; i < values.length && left > 0; i++, left--) sum += Math.min(1, left) * values[i]!
  return sum
}

/** θ with Σ min(1, max(0, ν_i − θ)) = wanted, 0 <= wanted <= m. */
const levelForSum = (values: Float64Array, wanted: number): number => {
  const m = values.length
  let low = values[m - 1]! - 1
  let high = values[0]!
  for (let halvings = 0; halvings < 64; halvings++) {
    const middle = 0.5 * (low + high)
    if (middle <= low || middle >= high) break
    let sum = 0
    for (let i = 0; i < m && values[i]! > middle; i++) sum += Math.min(1, values[i]! - middle)
    if (sum > wanted) low = middle
    else high = middle
  }
  // Between breakpoints the sum is linear in θ: solve that piece exactly, so that the trace is k to rounding.
  let capped = 0
  let free = 0
  let sum = 0
  for (let i = 0; i < m; i++) {
    const over = values[i]! - high
    if (over >= 1) capped++
    else if (over > 0) {
      free++
      sum += values[i]!
    }
  }
  return free === 0 ? high : (sum + capped - wanted) / free
}
