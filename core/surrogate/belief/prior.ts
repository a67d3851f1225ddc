/** What is believed of every group before any of them is trained. */
import type { Subset } from "../subsets.ts"

/**
 * The belief about J_i(S), the return of task i after a training of the group S with i in it, before any training: normal, with
 * mean J_i(θ★) + g_i(S) and the covariance of `covariance.ts`.
 *
 * A _point_ is a group and a member of it; points stand group by group, member by member.
 */
export interface BeliefPrior {
  readonly tasks: number
  /** The groups that can be asked about; members ascend. */
  readonly groups: readonly Subset[]
  /** J_i(θ★), where all trainings start, `[tasks]`. */
  readonly start: readonly number[]
  /** g_i(S), the predicted improvement, `[points]`. */
  readonly gains: ArrayLike<number>
  /** What the prediction's own noise may add to it: draws with mean 0, `[draws, points]`; none where it is exact. */
  readonly noise: ArrayLike<number>
  /** How far a training goes, about, in return: the unit of what the prediction misses. */
  readonly scale: number
  /** Standard deviation of the factor by which all of the predicted improvements are off. */
  readonly slope: number
}

/**
 * How far all predicted improvements may be off by one factor, as a standard deviation: what `bun run bench estimators` found of
 * the logarithm.
 */
const SLOPE = 1

/** The scale and the slope of predictions in return: the root of the mean square of what is predicted. */
export const unitsOf = (gains: ArrayLike<number>): Pick<BeliefPrior, "scale" | "slope"> => {
  let squares = 0
  for (let p = 0; p < gains.length; p++) squares += gains[p]! * gains[p]!
  // Where nothing is predicted a return of 1 is as good as any: trainings soon tell.
  return { scale: squares > 0 ? Math.sqrt(squares / gains.length) : 1, slope: SLOPE }
}

/** A training: which group of the prior's, and the return of each member after it. */
export interface GroupReturns {
  readonly group: number
  readonly returns: readonly number[]
}

/** How far things are off, in return: standard deviations. */
export interface Scales {
  /** σ, of what the prediction misses. */
  readonly level: number
  /** Of one training from another of the same group: of a task alone, and of tasks together. */
  readonly noise: readonly [alone: number, together: number]
  /** c, of each task: level and noise are multiples of it, 1 where tasks are alike. */
  readonly units: readonly number[]
}

/** Every group of n tasks: group b − 1 has the members whose bits are set in b. */
export const everyGroup = (n: number): readonly Subset[] =>
  Array.from({ length: 2 ** n - 1 }, (_, at) => {
    const members: number[] = []
    for (let i = 0; i < n; i++) if (((at + 1) >> i) & 1) members.push(i)
    return members
  })

/** Where points stand, and sums over the members of a group. */
export interface Points {
  /** Points of group g begin at offsets[g]; one more at the end. */
  readonly offsets: Int32Array
  /** Group and task of each point. */
  readonly group: Int32Array
  readonly task: Int32Array
  /** Draws of the prediction's noise. */
  readonly draws: number
}

export const pointsOf = ({ groups, noise }: BeliefPrior): Points => {
  const offsets = new Int32Array(groups.length + 1)
  for (const [g, members] of groups.entries()) offsets[g + 1] = offsets[g]! + members.length
  const count = offsets[groups.length]!
  const [group, task] = [new Int32Array(count), new Int32Array(count)]
  for (const [g, members] of groups.entries()) {
    for (const [a, i] of members.entries()) {
      group[offsets[g]! + a] = g
      task[offsets[g]! + a] = i
    }
  }
  return { offsets, group, task, draws: count === 0 ? 0 : Math.floor(noise.length / count) }
}

/** |S Δ T|, by how many members two groups differ. */
export const difference = (a: Subset, b: Subset): number => {
  let [i, j, shared] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      shared++
      i++
      j++
    } else if (a[i]! < b[j]!) i++
    else j++
  }
  return a.length + b.length - 2 * shared
}
