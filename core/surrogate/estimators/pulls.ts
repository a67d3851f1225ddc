/** How an update on a group pulls each of its tasks, and where tasks that pull apart stop each other. */
import type { ExpectedUpdate } from "./estimator.ts"
import type { GradientMoments } from "./gradients.ts"

/** What an update on a group is to one of its tasks. */
export interface Pull {
  /** What the update would gain the task if it went the task's own way. */
  readonly aligned: number
  /** Part of it that it gains, in [−1, 1]: the cosine of the angle between the task's gradient and the update. */
  readonly cosine: number
  /** How far the group gets before its tasks' gradients cancel, of the way that each would go alone: in [0, 1]. */
  readonly reach: number
}

/** Of a task alone whose update gains it so much. */
export const ownPull = (gain: number): Pull => ({ aligned: Math.abs(gain), cosine: Math.sign(gain), reach: 1 })

/**
 * The pulls on a group's members:
 *
 *     aligned_i = ‖g_i‖ · mean_j gain_j(S) / ‖g_S‖,    cosine_i = gain_i(S) / aligned_i,    reach = ‖Σ_j g_j‖ / Σ_j ‖g_j‖
 *
 * Losses of one curvature, each at the same distance from its end, are at their common end where Σ_j g_j has come to 0: as far along
 * g_S as `reach` says.
 *
 * - Shapes: one pull a member, in their order.
 * - Source: the minimum of a mean of quadratic functions; docs/findings.md compares what follows with trainings.
 */
export const pullsOf = (update: ExpectedUpdate, { tasks: n, products }: GradientMoments) => {
  const length = (square: number): number => Math.sqrt(Math.max(0, square))
  const own = Float64Array.from({ length: n }, (_, i) => length(products[i * n + i]!))
  return (members: readonly number[]): readonly Pull[] => {
    const gains = update.gains(members)
    const [gain = 0] = gains
    if (members.length === 1) return [ownPull(gain)]
    let [square, total, gained] = [0, 0, 0]
    for (const [a, i] of members.entries()) {
      total += own[i]!
      gained += gains[a]!
      for (const j of members) square += products[i * n + j]!
    }
    const together = length(square)
    const speed = together > 0 ? Math.max(0, gained) / together : 0
    const reach = total > 0 ? Math.min(1, together / total) : 0
    return gains.map((g, a): Pull => {
      const aligned = Math.max(Math.abs(g), own[members[a]!]! * speed)
      return { aligned, cosine: aligned > 0 ? g / aligned : 0, reach }
    })
  }
}
