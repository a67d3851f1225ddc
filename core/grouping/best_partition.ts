/** The best of all partitions, by the worth of every group. */

/** Groups as sets of bits, and the sum of what they are worth. */
export interface BestSets {
  readonly value: number
  /** Ascending by their first task. */
  readonly sets: readonly number[]
}

/**
 * The partition of n tasks with the largest Σ_c worth(c), into exactly k groups where k is given:
 *
 *     V(S) = max over groups c of S with min(S) in c of worth(c) + V(S∖c)
 *
 * - Shapes: `worth` `[2^n]`, by the set of a group's tasks as bits; the first entry is of no group.
 * - Source: Yeh, BIT 26 (1986), 467: the complete set partitioning problem.
 *
 * @example
 * bestSets(2, Float64Array.of(0, 1, 1, 5)) // => { value: 5, sets: [3] }
 */
export const bestSets = (n: number, worth: Float64Array, k?: number): BestSets => {
  const full = (1 << n) - 1
  const taken: Int32Array[] = []
  let last = new Float64Array(full + 1).fill(Number.NEGATIVE_INFINITY)
  last[0] = 0
  for (let layer = 0; layer < (k ?? 1); layer++) {
    const best = new Float64Array(full + 1).fill(Number.NEGATIVE_INFINITY)
    // Without a number of groups what is left may be of any number: the layer is its own predecessor.
    const before = k === undefined ? best : last
    if (k === undefined) best[0] = 0
    const group = new Int32Array(full + 1)
    for (let set = 1; set <= full; set++) {
      const first = set & -set
      const others = set ^ first
      for (let rest = others; ; rest = (rest - 1) & others) {
        const v = worth[set ^ rest]! + before[rest]!
        if (v > best[set]!) {
          best[set] = v
          group[set] = set ^ rest
        }
        if (rest === 0) break
      }
    }
    taken.push(group)
    last = best
  }
  const sets: number[] = []
  for (let set = full; set > 0; ) {
    const group = taken[k === undefined ? 0 : k - 1 - sets.length]![set]!
    sets.push(group)
    set ^= group
  }
  return { value: last[full]!, sets }
}
