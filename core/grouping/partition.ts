/** A split of tasks 0 … n − 1 into k non-empty groups. */
export interface Partition {
  /** Group of each task, numbered by first appearance: labels[0] = 0. */
  readonly labels: readonly number[]
  /** Tasks of each group, ascending. */
  readonly groups: readonly (readonly number[])[]
  readonly k: number
}

/**
 * The partition that labels of any kind describe, with groups numbered by first appearance.
 *
 * @example
 * partition([7, 7, 2]) // => { labels: [0, 0, 1], groups: [[0, 1], [2]], k: 2 }
 */
export const partition = (labels: ArrayLike<number>): Partition => {
  const number = new Map<number, number>()
  const groups: number[][] = []
  const canonical = Array.from(labels, (label, task) => {
    const known = number.get(label)
    if (known !== undefined) {
      groups[known]!.push(task)
      return known
    }
    number.set(label, groups.length)
    groups.push([task])
    return groups.length - 1
  })
  return { labels: canonical, groups, k: groups.length }
}

/**
 * What a partition is worth: the sum over its groups of the mean affinity within, times their size.
 *
 *     Σ_c v_cᵀ U v_c / v_cᵀ v_c
 *
 * - Shapes: `u` `[n, n]` row-major; `labels` `[n]` in 0 … k − 1.
 * - Units: those of U.
 * - Source: appendix A of Zhang et al., Scalable multi-objective and meta reinforcement learning via gradient estimation.
 */
export const partitionValue = (n: number, u: Float64Array, labels: ArrayLike<number>, k: number): number => {
  const inside = new Float64Array(k)
  const size = new Float64Array(k)
  for (let i = 0; i < n; i++) {
    const c = labels[i]!
    size[c] = size[c]! + 1
    let sum = 0
    for (let j = 0; j < n; j++) if (labels[j] === c) sum += u[i * n + j]!
    inside[c] = inside[c]! + sum
  }
  let value = 0
  for (let c = 0; c < k; c++) if (size[c]! > 0) value += inside[c]! / size[c]!
  return value
}
