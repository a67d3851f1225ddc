import { exp as expOf, log as logOf } from "../math/mod.ts"
import type { Tensor } from "../program/mod.ts"
import { exp, logSoftmax, mul, neg, pick, reshape, size, softmax, sub, sum } from "../program/mod.ts"
import { type Floats, random } from "../random/mod.ts"
import type { Distribution } from "./distribution.ts"

const last = { axes: [-1] }

/**
 *
 *     log π(a) = z_a − log Σ_i exp z_i
 *
 * - Shapes: logits `[…, n]`, actions `[…]` as whole numbers 0 … n − 1; host arrays are the same, row-major.
 *
 * @example
 * const action = new Float64Array(1)
 * categorical.mode({ logits: Float64Array.of(0, 2, 1) }, action)
 * action // => Float64Array.of(1)
 */
export const categorical: Distribution<"logits"> = {
  name: "categorical",
  logProb: ({ logits }, action) => {
    const flat = [size(action.shape), logits.shape[logits.shape.length - 1] ?? 1]
    const rows = pick(reshape(logSoftmax(logits), flat), reshape(action, [flat[0]!]))
    return reshape(rows, action.shape)
  },
  entropy: ({ logits }) => {
    const p = logSoftmax(logits)
    return neg(sum(mul(exp(p), p), last))
  },
  kl: (from, to) => {
    const p = logSoftmax(from.logits)
    return sum(mul(exp(p), sub(p, logSoftmax(to.logits))), last)
  },
  sample: (s, { logits }, action, logProb) => {
    const n = logits.length / action.length
    for (let r = 0; r < action.length; r++) {
      const base = r * n
      const top = highest(logits, base, n)
      let total = 0
      for (let i = 0; i < n; i++) total += expOf(logits[base + i]! - top)
      // Inverse of the distribution function; rounding can leave the last action, never one past it.
      let left = random(s) * total
      let chosen = 0
      for (; chosen < n - 1; chosen++) {
        left -= expOf(logits[base + chosen]! - top)
        if (left < 0) break
      }
      action[r] = chosen
      if (logProb !== undefined) logProb[r] = logits[base + chosen]! - top - logOf(total)
    }
  },
  mode: ({ logits }, action) => {
    const n = logits.length / action.length
    for (let r = 0; r < action.length; r++) {
      let best = 0
      for (let i = 1; i < n; i++) if (logits[r * n + i]! > logits[r * n + best]!) best = i
      action[r] = best
    }
  }
}

const highest = (x: Floats, base: number, n: number): number => {
  let top = Number.NEGATIVE_INFINITY
  for (let i = 0; i < n; i++) top = Math.max(top, x[base + i]!)
  return top
}

/** π(a) of every action: softmax of the logits over the last axis. */
export const probabilities = (logits: Tensor): Tensor => softmax(logits)
