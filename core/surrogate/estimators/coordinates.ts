/** Estimators of updates that scale each coordinate by itself. */
import type { ExpectedUpdate, GradientEstimator, UpdateData } from "./estimator.ts"

/** By coordinate c: g_Sc², without its bias, and v_Sc. */
type Weigh = (square: number, noise: number, c: number) => number

/**
 * Δ_c = w_c g_Sc, and of each member Σ_c g_ic Δ_c, less what the member's own noise adds to it: w_c Cov_ii,c/(M |S|).
 */
const weighted = ({ size, transitions, mean, variance }: UpdateData["moments"], weigh: Weigh) => {
  const each = (members: readonly number[], take: (c: number, weight: number, signal: number) => void): void => {
    const count = members.length
    for (let c = 0; c < size; c++) {
      let [signal, noise] = [0, 0]
      for (const j of members) {
        signal += mean[j * size + c]! / count
        noise += variance[j * size + c]! / count
      }
      const square = Math.max(0, signal * signal - noise / (transitions * count))
      take(c, weigh(square, noise, c), signal)
    }
  }
  return {
    gains: (members: readonly number[]): number[] => {
      const out = new Array<number>(members.length).fill(0)
      const own = transitions * members.length
      each(members, (c, weight, signal) => {
        for (let a = 0; a < out.length; a++) {
          const at = members[a]! * size + c
          out[a]! += weight * (mean[at]! * signal - variance[at]! / own)
        }
      })
      return out
    },
    direction: (members: readonly number[]): Float64Array => {
      const out = new Float64Array(size)
      each(members, (c, weight, signal) => {
        out[c] = weight * signal
      })
      return out
    }
  }
}

/**
 * Expected gain of an update by Adam with a step size of 1, which divides each coordinate by the root of its second moment:
 *
 *     gain_i(S) = Σ_c g_ic g_Sc / √(g_Sc² + v_Sc / b_S)
 *
 * with b_S transitions an update.
 *
 * - Source: the step of Kingma and Ba, arXiv:1412.6980, with both moments at their expectations.
 */
export const adamGain: GradientEstimator = {
  id: "adam-gain",
  summary: "expected gain of an update by Adam on the group's sampled gradient",
  source: "Kingma and Ba, arXiv:1412.6980, with both moments at their expectations",
  noisy: true,
  update: ({ moments, batch }) => {
    const of = (count: number): ExpectedUpdate => {
      const transitions = batch(count)
      return weighted(moments, (square, noise) => {
        const second = square + noise / transitions
        return second > 0 ? 1 / Math.sqrt(second) : 0
      })
    }
    return {
      gains: (members) => of(members.length).gains(members),
      direction: (members) => of(members.length).direction(members)
    }
  }
}

/**
 * Expected gain of an update of length 1 in the metric of a diagonal Fisher matrix, as a trust region takes:
 *
 *     gain_i(S) = g_iᵀ D g_S / √(g_Sᵀ D g_S + tr(D Cov_S) / b_S),    D_c = 1 / (mean_j v_jc)
 *
 * v_jc, the variance of Â·∂log π/∂θ_c, stands for the Fisher matrix's diagonal, up to the advantages' scale.
 */
export const naturalGain: GradientEstimator = {
  id: "natural-gain",
  summary: "expected gain of an update of fixed length in the metric of a diagonal Fisher matrix",
  source: "Kakade, 2001; Schulman et al., arXiv:1502.05477: a trust region's step, with the diagonal alone",
  noisy: true,
  update: ({ moments, batch }) => {
    const { tasks, size, variance } = moments
    const metric = new Float64Array(size)
    for (let i = 0; i < tasks; i++) for (let c = 0; c < size; c++) metric[c]! += variance[i * size + c]! / tasks
    const largest = metric.reduce((a, b) => Math.max(a, b), 0)
    // Coordinates that hardly act would be divided by nearly nothing.
    for (let c = 0; c < size; c++) metric[c] = largest === 0 ? 0 : 1 / (metric[c]! + DAMPING * largest)
    const whole = weighted(moments, (_, __, c) => metric[c]!)
    const noiseOf = Float64Array.from({ length: tasks }, (_, i) => {
      let sum = 0
      for (let c = 0; c < size; c++) sum += metric[c]! * variance[i * size + c]!
      return sum
    })
    const along = (members: readonly number[]) => {
      const gains = whole.gains(members)
      const squared = Math.max(0, gains.reduce((a, b) => a + b, 0) / members.length)
      const noise = members.reduce((sum, i) => sum + noiseOf[i]!, 0) / members.length
      const length = Math.sqrt(squared + noise / batch(members.length))
      return { gains, scale: length === 0 ? 0 : 1 / length }
    }
    return {
      gains: (members) => {
        const { gains, scale } = along(members)
        return gains.map((g) => g * scale)
      },
      direction: (members) => {
        const { scale } = along(members)
        return whole.direction(members).map((x) => x * scale)
      }
    }
  }
}

/** Share of the largest diagonal entry that is added to every one. */
const DAMPING = 1e-3
