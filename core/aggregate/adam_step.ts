/** Adam on a few numbers in float64, for what aggregators learn of themselves. */
import type { AggregatorState } from "./aggregator.ts"

/** Adam's state for n numbers, and the numbers themselves: all 0. */
export const adamState = (n: number) => ({
  theta: new Float64Array(n),
  m: new Float64Array(n),
  v: new Float64Array(n),
  correction: new Float64Array(2)
})

/** θ of a state, which may be another's. */
export const thetaOf = (state: AggregatorState, n: number): Float64Array => state.theta ?? new Float64Array(n)

/**
 * A step of Adam with its usual β₁ = 0.9, β₂ = 0.999 and ε = 1e-8; the decay is added to the gradient.
 *
 * - Source: Kingma and Ba, arXiv:1412.6980.
 */
export const adamStep = (
  state: AggregatorState,
  gradient: Float64Array,
  rate: number,
  decay = 0
): ReturnType<typeof adamState> => {
  const n = gradient.length
  const { theta, m, v, correction } = { ...adamState(n), ...state }
  const g = gradient.map((x, i) => x + decay * theta[i]!)
  const next = {
    m: m.map((x, i) => 0.9 * x + 0.1 * g[i]!),
    v: v.map((x, i) => 0.999 * x + 0.001 * g[i]! * g[i]!),
    correction: Float64Array.of(0.9 * correction[0]! + 0.1, 0.999 * correction[1]! + 0.001)
  }
  const [first, second] = [next.correction[0]!, Math.sqrt(next.correction[1]!)]
  const moved = theta.map((x, i) => x - (rate / first) * (next.m[i]! / (Math.sqrt(next.v[i]!) / second + 1e-8)))
  return { theta: moved, ...next }
}
