/** What a training of one group tells of another: the covariance of returns. */
import { type BeliefPrior, difference, type Points, type Scales } from "./prior.ts"

/** What of the prediction's error is a task's own whatever its group, of groups of one size, and of groups that resemble each other. */
const TASK = 0.25
const SIZE = 0.25
const ALIKE = 0.5

/** Of the last, what the members of a group share. */
const COMMON = 0.5

/** What is left of the resemblance for each member by which two groups differ. */
const RESEMBLANCE = 0.8

/** What of it no other group tells. */
const ALONE = 0.3

/** The parts as standard deviations of one draw, for a level of 1. */
export const parts = {
  task: Math.sqrt(TASK),
  size: Math.sqrt(SIZE),
  common: Math.sqrt(ALIKE * COMMON),
  own: Math.sqrt(ALIKE * (1 - COMMON)),
  resemblance: RESEMBLANCE,
  alike: Math.sqrt(1 - ALONE),
  alone: Math.sqrt(ALONE)
} as const

/** How alike groups are that differ by d = 0 … n members: (1 − ALONE) RESEMBLANCE^d + ALONE [d = 0]. */
export const likeness = (n: number): Float64Array => {
  const out = new Float64Array(n + 1)
  for (let d = 0, power = 1 - ALONE; d <= n; d++, power *= RESEMBLANCE) out[d] = power + (d === 0 ? ALONE : 0)
  return out
}

/** Of some points: what the prediction itself gives, and what it misses for a level of 1. */
export interface Covariances {
  readonly known: Float64Array
  readonly missed: Float64Array
}

/**
 * Covariance of returns at two lists of points, `[a, b]`:
 *
 *     Cov(J_i(S), J_j(T)) = s² g_i(S) g_j(T) + (1/D) Σ_d e_di(S) e_dj(T)
 *                         + σ² c_i c_j (¼ [i = j] + ¼ [|S| = |T|] + ½ κ(S, T) (½ + ½ [i = j]))
 *
 *     κ(S, T) = 0.7 ρ^|SΔT| + 0.3 [S = T],    ρ = 0.8
 *
 * The first line is of the prediction: a factor s common to all improvements, and the noise e of what it was made from. The
 * second is of what it misses, at a level σ in the unit c of each task. ρ^|SΔT| is the diffusion kernel on the cube of all subsets:
 * positive definite, and what {1, 2} reached also tells of {1, 2, 3}. The shares are round numbers; on the trainings of
 * `bun run bench estimators` the evidence is for none of their neighbours.
 *
 * - Source: Kondor and Lafferty, ICML 2002, equation 16, for the kernel on the cube.
 */
export const covariances = (
  prior: BeliefPrior,
  points: Points,
  at: readonly [a: ArrayLike<number>, b: ArrayLike<number>],
  units: readonly number[]
): Covariances => {
  const [a, b] = at
  const { gains, slope, groups } = prior
  const { group, task } = points
  const alike = likeness(prior.tasks)
  const [known, missed] = [new Float64Array(a.length * b.length), new Float64Array(a.length * b.length)]
  let [last, against, differ] = [-1, -1, 0]
  for (let x = 0; x < a.length; x++) {
    const p = a[x]!
    for (let y = 0; y < b.length; y++) {
      const q = b[y]!
      if (group[p] !== last || group[q] !== against) {
        ;[last, against] = [group[p]!, group[q]!]
        differ = difference(groups[last]!, groups[against]!)
      }
      const same = task[p] === task[q] ? 1 : 0
      const size = groups[last]!.length === groups[against]!.length ? 1 : 0
      known[x * b.length + y] = slope * slope * gains[p]! * gains[q]! + noiseOf(prior, points, p, q)
      const like = TASK * same + SIZE * size + ALIKE * alike[differ]! * (COMMON + (1 - COMMON) * same)
      missed[x * b.length + y] = units[task[p]!]! * units[task[q]!]! * like
    }
  }
  return { known, missed }
}

const noiseOf = ({ noise }: BeliefPrior, { draws, group }: Points, p: number, q: number): number => {
  let sum = 0
  for (let d = 0; d < draws; d++) sum += noise[d * group.length + p]! * noise[d * group.length + q]!
  return draws === 0 ? 0 : sum / draws
}

/**
 * Covariance of Σ_{i in S} J_i(S) with the return at each point, `[of, points]`.
 *
 * - Shapes: `of` are groups.
 */
export const summedCovariances = (
  prior: BeliefPrior,
  points: Points,
  of: ArrayLike<number>,
  at: ArrayLike<number>,
  { level, units }: Pick<Scales, "level" | "units">
): Float64Array => {
  const { gains, noise, slope, groups } = prior
  const { offsets, group, task, draws } = points
  const alike = likeness(prior.tasks)
  const out = new Float64Array(of.length * at.length)
  const noises = new Float64Array(draws)
  for (let x = 0; x < of.length; x++) {
    const members = groups[of[x]!]!
    const [from, size] = [offsets[of[x]!]!, members.length]
    let [gain, unit] = [0, 0]
    for (let a = 0; a < size; a++) {
      gain += gains[from + a]!
      unit += units[members[a]!]!
    }
    for (let d = 0; d < draws; d++) {
      noises[d] = 0
      for (let a = 0; a < size; a++) noises[d]! += noise[d * group.length + from + a]! / draws
    }
    let [against, differ] = [-1, 0]
    for (let y = 0; y < at.length; y++) {
      const p = at[y]!
      if (group[p] !== against) {
        against = group[p]!
        differ = difference(members, groups[against]!)
      }
      const own = units[task[p]!]!
      const inside = members.includes(task[p]!) ? own : 0
      let value = slope * slope * gain * gains[p]!
      for (let d = 0; d < draws; d++) value += noises[d]! * noise[d * group.length + p]!
      const sizes = size === groups[against]!.length ? unit : 0
      const missed = TASK * inside + SIZE * sizes + ALIKE * alike[differ]! * (COMMON * unit + (1 - COMMON) * inside)
      out[x * at.length + y] = value + level * level * own * missed
    }
  }
  return out
}
