/** The tabular softmax policy: a table of logits θ(s, a). */
import { exp, log } from "../math/mod.ts"

/**
 * π(a|s) = exp θ(s, a) / Σ_b exp θ(s, b).
 *
 * - Shapes: `theta` `[n, m]`, `actions` is m; the result `[n, m]`.
 * - Source: the paper of `core/bilevel`, section 5.1.
 *
 * @example
 * softmax(2, Float64Array.of(7, 7)) // => Float64Array.of(0.5, 0.5)
 */
export const softmax = (actions: number, theta: Float64Array): Float64Array => {
  const out = new Float64Array(theta.length)
  for (let at = 0; at < theta.length; at += actions) {
    let top = Number.NEGATIVE_INFINITY
    for (let a = 0; a < actions; a++) top = Math.max(top, theta[at + a]!)
    let sum = 0
    for (let a = 0; a < actions; a++) sum += out[at + a] = exp(theta[at + a]! - top)
    for (let a = 0; a < actions; a++) out[at + a]! /= sum
  }
  return out
}

/**
 * The slope in θ of what has slope c in π: π(a|s)·(c(s, a) − Σ_b π(b|s)·c(s, b)).
 *
 * - Shapes: `policy` and `slope` `[n, m]`, `actions` is m; the result `[n, m]`.
 */
export const softmaxSlope = (actions: number, policy: Float64Array, slope: Float64Array): Float64Array => {
  const out = new Float64Array(policy.length)
  for (let at = 0; at < policy.length; at += actions) {
    let centre = 0
    for (let a = 0; a < actions; a++) centre += policy[at + a]! * slope[at + a]!
    for (let a = 0; a < actions; a++) out[at + a] = policy[at + a]! * (slope[at + a]! - centre)
  }
  return out
}

/**
 * KL(p ‖ q) of the row that begins at `at`; infinite where p plays what q never does.
 *
 * - Shapes: `p` and `q` `[n, m]`, `actions` is m.
 */
export const rowDivergence = (p: Float64Array, q: Float64Array, at: number, actions: number): number => {
  let sum = 0
  for (let i = at; i < at + actions; i++) if (p[i]! > 0) sum += p[i]! * (log(p[i]!) - log(q[i]!))
  return sum
}
