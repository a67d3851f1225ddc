/** Estimators that are functions of the gradients' inner products. */
import type { ExpectedUpdate, GradientEstimator } from "./estimator.ts"
import type { GradientMoments } from "./gradients.ts"

/** Of a group S: g_i·g_S of its members, and ‖g_S‖² without a bias. */
const grouped = (n: number, products: Float64Array, members: readonly number[]) => {
  const along = members.map((i) => members.reduce((sum, j) => sum + products[i * n + j]!, 0) / members.length)
  return { along, squared: Math.max(0, along.reduce((a, b) => a + b, 0) / members.length) }
}

/** g_S. */
const meanGradient = ({ size, mean }: GradientMoments, members: readonly number[]): Float64Array => {
  const out = new Float64Array(size)
  for (const j of members) for (let c = 0; c < size; c++) out[c]! += mean[j * size + c]! / members.length
  return out
}

/** With g_S scaled, by what depends on the group alone. */
const scaled = (
  moments: GradientMoments,
  gains: ExpectedUpdate["gains"],
  scale: (members: readonly number[]) => number
): ExpectedUpdate => ({
  gains,
  direction: (members) => {
    const s = scale(members)
    return meanGradient(moments, members).map((x) => x * s)
  }
})

/** First-order gain of a step of the group's whole gradient: g_i · g_S. */
export const innerProduct: GradientEstimator = {
  id: "inner-product",
  summary: "the task's gradient along the group's: what a step of the whole gradient brings",
  source: "Taylor expansion of a task's return; what Zhang et al.'s logistic surrogate tends to as its damping grows",
  noisy: false,
  update: ({ moments }) => {
    const { tasks, products } = moments
    return scaled(
      moments,
      (members) => grouped(tasks, products, members).along,
      () => 1
    )
  }
}

/** Cosine of the angle between the task's gradient and the group's. */
export const cosine: GradientEstimator = {
  id: "cosine",
  summary: "cosine of the angle between the task's gradient and the group's",
  source: "Yu et al., arXiv:2001.06782",
  noisy: false,
  update: ({ moments }) => {
    const { tasks, products } = moments
    const lengthOf = (members: readonly number[]) => Math.sqrt(grouped(tasks, products, members).squared)
    return scaled(
      moments,
      (members) => {
        const { along, squared } = grouped(tasks, products, members)
        return members.map((i, a) => {
          const lengths = Math.sqrt(Math.max(0, products[i * tasks + i]!) * squared)
          return lengths === 0 ? 0 : along[a]! / lengths
        })
      },
      (members) => (lengthOf(members) === 0 ? 0 : 1 / lengthOf(members))
    )
  }
}

/**
 * Expected gain of an update of length 1 along the sampled gradient of the group:
 *
 *     gain_i(S) = g_i · g_S / √(‖g_S‖² + v_S / b_S),    g_S = mean_{j in S} g_j,    v_S = mean_{j in S} tr Cov_j
 *
 * with b_S transitions an update. The direction is drawn: its length is as much noise as signal, and only the signal's
 * share of it helps. More members mean less noise, members who pull elsewhere less signal: whether to share is the balance.
 */
export const expectedGain: GradientEstimator = {
  id: "expected-gain",
  summary: "expected gain of an update of fixed length along the group's sampled gradient",
  source: "first order in the step's length, which is divided by the root of its second moment",
  noisy: true,
  update: ({ moments, batch }) => {
    const { tasks, products, noise } = moments
    const lengthOf = (members: readonly number[], squared: number): number => {
      const own = members.reduce((sum, i) => sum + noise[i]!, 0) / members.length
      return Math.sqrt(squared + own / batch(members.length))
    }
    return scaled(
      moments,
      (members) => {
        const { along, squared } = grouped(tasks, products, members)
        const length = lengthOf(members, squared)
        return along.map((a) => (length === 0 ? 0 : a / length))
      },
      (members) => {
        const length = lengthOf(members, grouped(tasks, products, members).squared)
        return length === 0 ? 0 : 1 / length
      }
    )
  }
}
