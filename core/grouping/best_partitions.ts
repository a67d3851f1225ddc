/** Partitions that maximise a sum over their groups, for every number of groups. */
import { type Partition, partition } from "./partition.ts"

/** What a group contributes; members ascend. Called once for each distinct group. */
export type GroupValue = (members: readonly number[]) => number

/** The best partition found into so many groups. */
export interface BestPartition extends Partition {
  /** Σ over its groups. */
  readonly value: number
}

/** Up to so many tasks every partition is considered: 3^12 pairs of disjoint sets. */
const EXACT_UP_TO = 12

/**
 * For k = 1 … n the partition into exactly k groups with the largest Σ_c value(c), entry k − 1.
 *
 *     V(k, S) = max over groups c ⊆ S with min(S) ∈ c of value(c) + V(k − 1, S∖c)
 *
 * Up to 12 tasks none is larger. Beyond, groups are merged greedily from each task alone, and each result is
 * improved by moving tasks, by exchanging two, and by starting from the neighbouring k, until nothing helps: none is larger by one
 * such change.
 *
 * - Units: those of `value`.
 * - Source: Yeh, BIT 26 (1986), 467: the complete set partitioning problem, here by number of groups.
 *
 * @example
 * bestPartitions(3, (c) => (c.length === 2 ? 5 : 1)).map((p) => p.value) // => [1, 6, 3]
 */
export const bestPartitions = (n: number, value: GroupValue): readonly BestPartition[] =>
  n <= EXACT_UP_TO ? exact(n, value) : searched(n, remembered(value))

const exact = (n: number, value: GroupValue): readonly BestPartition[] => {
  const full = (1 << n) - 1
  const worth = new Float64Array(full + 1)
  for (let set = 1; set <= full; set++) worth[set] = value(membersOf(set))
  // best[k][S]: of partitions of S into k + 1 groups; taken[k][S]: the group with S's first task.
  let last = worth.slice()
  const taken: Int32Array[] = [Int32Array.from(worth.keys())]
  const values = [last[full]!]
  for (let k = 1; k < n; k++) {
    const best = new Float64Array(full + 1).fill(Number.NEGATIVE_INFINITY)
    const group = new Int32Array(full + 1)
    for (let set = 1; set <= full; set++) {
      const first = set & -set
      const others = set ^ first
      // Every subset of the others, with the first task: the group; what is left must have k groups.
      for (let rest = others; rest > 0; rest = (rest - 1) & others) {
        const v = worth[set ^ rest]! + last[rest]!
        if (v > best[set]!) {
          best[set] = v
          group[set] = set ^ rest
        }
      }
    }
    taken.push(group)
    values.push(best[full]!)
    last = best
  }
  return values.map((v, index) => ({ ...partition(labelsOf(n, index, taken)), value: v }))
}

const membersOf = (set: number): readonly number[] => {
  const out: number[] = []
  for (let left = set; left > 0; left &= left - 1) out.push(31 - Math.clz32(left & -left))
  return out
}

const labelsOf = (n: number, index: number, taken: readonly Int32Array[]): readonly number[] => {
  const labels = new Array<number>(n).fill(0)
  let set = (1 << n) - 1
  for (let k = index; k >= 0; k--) {
    const group = taken[k]![set]!
    for (const task of membersOf(group)) labels[task] = k
    set ^= group
  }
  return labels
}

const remembered = (value: GroupValue): GroupValue => {
  const known = new Map<string, number>()
  return (members) => {
    const key = members.join(" ")
    const found = known.get(key)
    if (found !== undefined) return found
    const v = value(members)
    known.set(key, v)
    return v
  }
}

type Groups = readonly (readonly number[])[]

const total = (groups: Groups, value: GroupValue): number => groups.reduce((sum, g) => sum + value(g), 0)

const union = (a: readonly number[], b: readonly number[]): readonly number[] => [...a, ...b].sort((x, y) => x - y)

const searched = (n: number, value: GroupValue): readonly BestPartition[] => {
  const found = mergePath(n, value).map((groups) => improved(groups, value))
  // The best of k + 1 with two merged, and the best of k − 1 with one split, may be better than the path's.
  for (let k = n - 1; k >= 1; k--) keepBetter(found, k - 1, merged(found[k]!, value), value)
  for (let k = 2; k <= n; k++) keepBetter(found, k - 1, split(found[k - 2]!, value), value)
  return found.map((groups) => {
    const labels = new Array<number>(n)
    for (const [g, members] of groups.entries()) for (const task of members) labels[task] = g
    return { ...partition(labels), value: total(groups, value) }
  })
}

const keepBetter = (found: Groups[], at: number, other: Groups, value: GroupValue): void => {
  const better = improved(other, value)
  if (total(better, value) > total(found[at]!, value)) found[at] = better
}

/** Greedily merged, entry k − 1 with k groups. */
const mergePath = (n: number, value: GroupValue): Groups[] => {
  let groups: Groups = Array.from({ length: n }, (_, i) => [i])
  const path: Groups[] = [groups]
  while (groups.length > 1) {
    groups = merged(groups, value)
    path.push(groups)
  }
  return path.reverse()
}

/** With the two groups merged that lose least by it. */
const merged = (groups: Groups, value: GroupValue): Groups => {
  let [best, a, b] = [Number.NEGATIVE_INFINITY, 0, 1]
  for (let i = 0; i < groups.length; i++) {
    for (let j = i + 1; j < groups.length; j++) {
      const gain = value(union(groups[i]!, groups[j]!)) - value(groups[i]!) - value(groups[j]!)
      if (gain > best) [best, a, b] = [gain, i, j]
    }
  }
  return [...groups.filter((_, g) => g !== a && g !== b), union(groups[a]!, groups[b]!)]
}

/** With one task taken out of the group that gains most by it. */
const split = (groups: Groups, value: GroupValue): Groups => {
  let [best, from, who] = [Number.NEGATIVE_INFINITY, -1, -1]
  for (const [g, members] of groups.entries()) {
    if (members.length < 2) continue
    for (const task of members) {
      const gain = value(without(members, task)) + value([task]) - value(members)
      if (gain > best) [best, from, who] = [gain, g, task]
    }
  }
  return [...groups.map((g, at) => (at === from ? without(g, who) : g)), [who]]
}

const without = (members: readonly number[], task: number): readonly number[] => members.filter((m) => m !== task)

/** Changes smaller than rounding would let two equal partitions follow each other for ever. */
const LEAST = 1e-12

/** Moves and exchanges of tasks until none helps; no group becomes empty. */
const improved = (given: Groups, value: GroupValue): Groups => {
  const groups = given.map((g) => g)
  const scale = LEAST * (1 + groups.reduce((s, g) => s + Math.abs(value(g)), 0))
  const replace = (a: number, b: number, x: readonly number[], y: readonly number[]): boolean => {
    if (value(x) + value(y) - value(groups[a]!) - value(groups[b]!) <= scale) return false
    groups[a] = x
    groups[b] = y
    return true
  }
  const pass = (): boolean => {
    let better = false
    for (let a = 0; a < groups.length; a++) {
      for (let b = 0; b < groups.length; b++) {
        if (a === b) continue
        for (const i of groups[a]!) {
          if (groups[a]!.length > 1 && replace(a, b, without(groups[a]!, i), union(groups[b]!, [i]))) better = true
          else if (a < b) {
            const j = groups[b]!.find((j) =>
              replace(a, b, union(without(groups[a]!, i), [j]), union(without(groups[b]!, j), [i]))
            )
            if (j !== undefined) better = true
          }
          if (!groups[a]!.includes(i)) break
        }
      }
    }
    return better
  }
  for (let round = 0; round < ROUNDS && pass(); round++);
  return groups
}

/** More than are ever needed. */
const ROUNDS = 100
