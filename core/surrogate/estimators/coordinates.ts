/** Estimators of updates that scale each coordinate by itself. */
import type { GradientEstimator } from "./estimator.ts"
import type { GradientMoments } from "./gradients.ts"

/** w_c of each coordinate: a metric that is the same for every group, or Adam's 1/√(g_Sc² + v_Sc/b) with b transitions an update. */
type Weights = { readonly metric: Float64Array } | { readonly batch: number }

/** `[p, n]` of `[n, p]`: the tasks of a coordinate beside each other, so that every group reads memory once and in order. */
const turned = (rows: Float64Array, tasks: number, size: number): Float64Array => {
  const out = new Float64Array(rows.length)
  for (let i = 0; i < tasks; i++) for (let c = 0; c < size; c++) out[c * tasks + i] = rows[i * size + c]!
  return out
}

/**
 * Δ_c = w_c g_Sc, and of each member Σ_c g_ic Δ_c, less what the member's own noise adds to it: w_c Cov_ii,c/(M_i |S|).
 */
const weighted = ({ tasks, size, transitions, ...rows }: GradientMoments) => {
  const [mean, variance] = [turned(rows.mean, tasks, size), turned(rows.variance, tasks, size)]
  const first = transitions[0] ?? 1
  /** The variance of a task's mean, of one transition's: in parts of the first task's. */
  const times = transitions.map((m) => first / m)
  const [weight, along] = [new Float64Array(size), new Float64Array(size)]

  /** w and g_S of a group, where the next group's will be. */
  const move = (members: readonly number[], weights: Weights): void => {
    const count = members.length
    const metric = "metric" in weights ? weights.metric : undefined
    const batch = "batch" in weights ? weights.batch : 0
    const share = 1 / count
    for (let c = 0; c < size; c++) {
      const at = c * tasks
      let signal = 0
      let noise = 0
      let own = 0
      for (let a = 0; a < count; a++) {
        const place = at + members[a]!
        signal += mean[place]!
        noise += variance[place]!
        own += variance[place]! * times[members[a]!]!
      }
      signal *= share
      noise *= share
      own *= share
      weight[c] = metric === undefined ? ofAdam(signal * signal - (own * share) / first, noise / batch) : metric[c]!
      along[c] = signal
    }
  }
  return {
    gains: (members: readonly number[], weights: Weights): number[] => {
      move(members, weights)
      const out = new Array<number>(members.length).fill(0)
      const own = members.map((i) => (1 / (first * members.length)) * times[i]!)
      for (let c = 0; c < size; c++) {
        const at = c * tasks
        const w = weight[c]!
        const signal = along[c]!
        for (let a = 0; a < out.length; a++) {
          const place = at + members[a]!
          out[a]! += w * (mean[place]! * signal - variance[place]! * own[a]!)
        }
      }
      return out
    },
    direction: (members: readonly number[], weights: Weights): Float64Array => {
      move(members, weights)
      return along.map((x, c) => weight[c]! * x)
    }
  }
}

/** 1/√ of the second moment: a squared mean without its bias, and its noise. */
const ofAdam = (square: number, noise: number): number => {
  const second = Math.max(0, square) + noise
  return second > 0 ? 1 / Math.sqrt(second) : 0
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
    const { gains, direction } = weighted(moments)
    return {
      gains: (members) => gains(members, { batch: batch(members.length) }),
      direction: (members) => direction(members, { batch: batch(members.length) })
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
    const whole = weighted(moments)
    const noiseOf = Float64Array.from({ length: tasks }, (_, i) => {
      let sum = 0
      for (let c = 0; c < size; c++) sum += metric[c]! * variance[i * size + c]!
      return sum
    })
    const along = (members: readonly number[]) => {
      const gains = whole.gains(members, { metric })
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
        return whole.direction(members, { metric }).map((x) => x * scale)
      }
    }
  }
}

/** Share of the largest diagonal entry that is added to every one. */
const DAMPING = 1e-3
