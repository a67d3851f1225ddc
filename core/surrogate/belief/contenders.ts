/** The partitions that a decision is between. */
import { bestPartitions, bestSets, partition } from "../../grouping/mod.ts"
import { isCube } from "./draws.ts"
import type { BeliefPrior } from "./prior.ts"

/** A partition by the groups of the prior that it is made of. */
export type Parts = readonly number[]

/** What can be chosen. */
export interface Contenders {
  /** The partition with the largest sum of its groups' values, `[groups]`; into k groups, where k is given. */
  readonly best: (values: Float64Array, k?: number) => { readonly value: number; readonly parts: Parts }
  /** The same for every number of groups that there is. */
  readonly byCount: (values: Float64Array) => readonly Parts[]
}

/** All partitions where the prior has every group; else those given, of which there must be one at least. */
export const contendersOf = (prior: BeliefPrior, given: readonly Parts[]): Contenders =>
  isCube(prior) ? everyPartition(prior.tasks) : listed(given)

const everyPartition = (n: number): Contenders => {
  const bySet = (values: Float64Array): Float64Array => {
    const worth = new Float64Array(values.length + 1)
    worth.set(values, 1)
    return worth
  }
  return {
    best: (values, k) => {
      const { value, sets } = bestSets(n, bySet(values), k)
      return { value, parts: sets.map((set) => set - 1) }
    },
    byCount: (values) => {
      const indexOf = (members: readonly number[]): number => members.reduce((set, i) => set | (1 << i), 0) - 1
      return bestPartitions(n, (members) => values[indexOf(members)]!).map(({ groups }) => groups.map(indexOf))
    }
  }
}

const listed = (given: readonly Parts[]): Contenders => {
  const sum = (values: Float64Array, parts: Parts): number => parts.reduce((s, g) => s + values[g]!, 0)
  const best = (values: Float64Array, k?: number) =>
    given
      .filter((parts) => k === undefined || parts.length === k)
      .map((parts) => ({ value: sum(values, parts), parts }))
      .reduce((a, b) => (b.value > a.value ? b : a))
  const counts = [...new Set(given.map((parts) => parts.length))].sort((a, b) => a - b)
  return { best, byCount: (values) => counts.map((k) => best(values, k).parts) }
}

/** A group's number for each task. */
export const labelsOf = ({ tasks, groups }: BeliefPrior, parts: Parts): readonly number[] => {
  const labels = new Array<number>(tasks).fill(0)
  for (const [c, g] of parts.entries()) for (const i of groups[g]!) labels[i] = c
  return partition(labels).labels
}
