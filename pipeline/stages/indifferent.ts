/** What becomes of tasks that nothing tells apart: groups would be arbitrary, so all are one. */
import { indifference, partitionValue } from "../../core/grouping/mod.ts"
import type { Affinity } from "../../core/surrogate/mod.ts"

/**
 * Why any groups would be arbitrary, or undefined where the estimates say which tasks belong together.
 *
 * Tasks whose gradients are all zero do not differ: no action is worth more than another in any. Of two tasks nothing else
 * is asked: a centred affinity has nothing to compare their one pair with. Where an affinity does not decide none is given.
 */
export const whyArbitrary = (
  gradients: readonly ArrayLike<number>[],
  affinity: Affinity | undefined
): string | undefined => {
  if (gradients.length < 2) return undefined
  if (gradients.every((g) => Array.from(g).every((x) => x === 0)))
    return "these tasks do not differ in what they reward: groups would be arbitrary"
  return affinity !== undefined && affinity.n > 2 && indifference(affinity.n, affinity.values) !== undefined
    ? "the estimates do not tell these tasks apart: groups would be arbitrary"
    : undefined
}

/** All tasks as one group, by every affinity; there is no bound on what was not asked. */
export const inOneGroup = (method: string, { n, values }: Affinity, why: string) => {
  const together = new Array<number>(n).fill(0)
  const labels = {
    chosen: together,
    centred: together,
    gain: together,
    eq5: together,
    cosine: together,
    random: together
  }
  return {
    method,
    k: 1,
    objective: null,
    bound: null,
    roundedObjective: partitionValue(n, values, together, 1),
    warnings: [],
    indifference: why,
    labels
  }
}
