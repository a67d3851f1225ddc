import { exp as expOf } from "../math/mod.ts"
import type { Tensor } from "../program/mod.ts"
import { add, broadcast, div, exp, mul, square, sub, sum } from "../program/mod.ts"
import { type Floats, standardNormal } from "../random/mod.ts"
import type { Distribution, Head } from "./distribution.ts"

/** ½ log 2π. */
const HALF_LOG_TWO_PI = 0.9189385332046728
const last = { axes: [-1] }

/** log σ for every row and component: the same for all rows where the head gives `[n]`. */
const wide = (h: Head<"mean" | "logStd", Tensor>): Tensor => broadcast(h.logStd, h.mean.shape)

/**
 * Independent normal components.
 *
 *     log π(a) = −Σ_i [ ½ ((a_i − μ_i)/σ_i)² + log σ_i + ½ log 2π ]
 *
 * - Shapes: mean and actions `[…, n]`; logStd `[n]` (one for all states) or as mean; host arrays the same, row-major.
 * - Units: those of the action; entropy and KL in nats.
 * - Source: the density of the normal distribution.
 */
export const gaussian: Distribution<"mean" | "logStd"> = {
  name: "gaussian",
  logProb: (head, action) => {
    const z = mul(sub(action, head.mean), exp(sub(0, head.logStd)))
    return sub(sum(mul(square(z), -0.5), last), sum(add(wide(head), HALF_LOG_TWO_PI), last))
  },
  entropy: (head) => sum(add(wide(head), HALF_LOG_TWO_PI + 0.5), last),
  kl: (p, q) => {
    const [a, b] = [wide(p), wide(q)]
    const spread = add(exp(mul(a, 2)), square(sub(p.mean, q.mean)))
    return sum(sub(add(sub(b, a), div(spread, mul(exp(mul(b, 2)), 2))), 0.5), last)
  },
  sample: (s, { mean, logStd }, action, logProb) => {
    const n = logProb === undefined ? 1 : mean.length / logProb.length
    for (let i = 0; i < mean.length; i++) {
      const z = standardNormal(s)
      const scale = logStd[i % logStd.length]!
      action[i] = mean[i]! + expOf(scale) * z
      if (logProb !== undefined) {
        const row = Math.floor(i / n)
        logProb[row] = (i % n === 0 ? 0 : logProb[row]!) - (0.5 * z * z + scale + HALF_LOG_TWO_PI)
      }
    }
  },
  mode: ({ mean }, action) => copy(mean, action)
}

const copy = (from: Floats, to: Floats): void => {
  for (let i = 0; i < from.length; i++) to[i] = from[i]!
}
