/** What trainings of some groups make of what was predicted of all. */
import * as E from "fp-ts/lib/Either.js"
import { cholesky, choleskySolve } from "../../linalg/mod.ts"
import { log } from "../../math/mod.ts"
import { type Covariances, covariances, summedCovariances } from "./covariance.ts"
import { type BeliefPrior, type GroupReturns, type Points, pointsOf, type Scales } from "./prior.ts"

/** Normal belief about every J_i(S), given trainings. */
export interface Belief {
  readonly prior: BeliefPrior
  readonly points: Points
  readonly scales: Scales
  readonly trainings: readonly GroupReturns[]
  /** The points that were observed, in order; some maybe several times. */
  readonly seen: Int32Array
  /** Cholesky factor of A = Cov(seen) + noise, and A⁻¹(y − mean). */
  readonly factor: Float64Array
  readonly weights: Float64Array
}

/** Points of all trainings, one after the other. */
const seenOf = (points: Points, trainings: readonly GroupReturns[]): Int32Array =>
  Int32Array.from(trainings.flatMap(({ group, returns }) => returns.map((_, a) => points.offsets[group]! + a)))

/** y − mean of the prior, at the points that were observed. */
const surprises = (
  { start, gains }: BeliefPrior,
  { task }: Points,
  trainings: readonly GroupReturns[],
  seen: Int32Array
) => {
  const y = trainings.flatMap((t) => t.returns)
  return Float64Array.from(seen, (p, at) => y[at]! - start[task[p]!]! - gains[p]!)
}

/** Part of the largest deviation that keeps matrices positive where trainings have no noise. */
const LEAST = 1e-6

/** A = Cov + noise, `[seen, seen]`. */
const total = ({ known, missed }: Covariances, { level, noise }: Scales, seen: readonly Observed[]): Float64Array => {
  const n = seen.length
  const out = known.map((v, at) => v + level * level * missed[at]!)
  let largest = 0
  for (let x = 0; x < n; x++) largest = Math.max(largest, out[x * n + x]!)
  for (let x = 0; x < n; x++) {
    const { unit, alone } = seen[x]!
    const own = unit * noise[alone ? 0 : 1]
    out[x * n + x]! += own * own + LEAST * LEAST * largest
  }
  return out
}

/** What the noise of an observed point depends on. */
interface Observed {
  readonly alone: boolean
  readonly unit: number
}

const observed = ({ groups }: BeliefPrior, { group, task }: Points, seen: Int32Array, units: readonly number[]) =>
  Array.from(seen, (p): Observed => ({ alone: groups[group[p]!]!.length === 1, unit: units[task[p]!]! }))

/**
 * Exact conditioning on trainings:
 *
 *     E[J | y] = m + Cov(J, seen) A⁻¹ (y − m_seen),    A = Cov(seen, seen) + noise
 *
 * - Source: Rasmussen and Williams, Gaussian processes for machine learning (2006), equations 2.22 to 2.24.
 */
export const believe = (
  prior: BeliefPrior,
  trainings: readonly GroupReturns[],
  scales: Scales = fitScales(prior, trainings)
): Belief => {
  const points = pointsOf(prior)
  const seen = seenOf(points, trainings)
  const between = covariances(prior, points, [seen, seen], scales.units)
  const a = total(between, scales, observed(prior, points, seen, scales.units))
  const found = cholesky(seen.length, a)
  // Sums of squares and a positive diagonal: it cannot fail but for numbers that are none.
  const factor = E.isRight(found) ? found.right : a
  const weights = surprises(prior, points, trainings, seen)
  choleskySolve(seen.length, factor, weights)
  return { prior, points, scales, trainings, seen, factor, weights }
}

/** Before any training: parts of the scale, and how far off they may be, as standard deviation of the logarithm. */
const LEVEL = 1
const NOISE = 0.2
const VAGUE = 1

/** How much less probable, in logarithm, scales are that are still reckoned with: 1.64²/2, one-sided 95%. */
const DOUBT = 1.35

/** Steps of the search, octaves, at most this far from where it begins. */
const STEPS = 8

/**
 * The scales that make what was seen most probable, with log-normal priors around parts of the prior's scale; with no training
 * those parts; of noises and levels the highest that are not improbable. A search by octaves from there, so that equal trainings give equal scales.
 *
 * - Source: Rasmussen and Williams, equation 5.8, with the noise of trainings told apart from the model's error by repeats.
 */
const fitScales = (prior: BeliefPrior, trainings: readonly GroupReturns[]): Scales => {
  const points = pointsOf(prior)
  const seen = seenOf(points, trainings)
  const y = surprises(prior, points, trainings, seen)
  const units = unitsOfTasks(prior.tasks, points, seen, y)
  const between = covariances(prior, points, [seen, seen], units)
  const own = observed(prior, points, seen, units)
  // The noise of a task alone as a multiple of that of tasks together: equal until trainings tell.
  const of = ([level = 0, noise = 0, alone = 0]: readonly number[]): Scales => {
    const at = (part: number, steps: number): number => part * prior.scale * 2 ** steps
    return { level: at(LEVEL, level), noise: [at(NOISE, noise + alone), at(NOISE, noise)], units }
  }
  const evidence = (steps: readonly number[]): number => {
    const unlikely = steps.reduce((sum, s) => sum + (s * Math.LN2) ** 2, 0) / (2 * VAGUE * VAGUE)
    return logEvidence(total(between, of(steps), own), y) - unlikely
  }
  let best: readonly number[] = [0, 0, 0]
  let value = evidence(best)
  for (let better = true; better && seen.length > 0; ) {
    better = false
    for (let c = 0; c < best.length; c++) {
      for (const by of [-1, 1]) {
        const next = best.map((s, at) => (at === c ? s + by : s))
        if (Math.abs(next[c]!) > STEPS) continue
        const v = evidence(next)
        if (v > value) {
          ;[best, value] = [next, v]
          better = true
        }
      }
    }
  }
  // Few trainings hardly tell how much they vary, nor how much the prediction misses; too little of either would make a decision
  // certain that is not.
  for (const c of [1, 0]) {
    for (let raised = seen.length > 0; raised; ) {
      const higher = best.map((s, at) => (at === c ? s + 1 : s))
      raised = higher[c]! <= STEPS && evidence(higher) >= value - DOUBT
      if (raised) best = higher
    }
  }
  return of(best)
}

/** Observations that a task's unit is known by before there are any, each of the mean size. */
const BEFORE = 2

/**
 * c_i² = (B + Σ e²/ē²) / (B + number), over what of the trainings a task was part of, with e the difference from the prediction and ē²
 * the mean square of all: a task whose returns hardly move is known better than one whose returns swing.
 */
const unitsOfTasks = (tasks: number, { task }: Points, seen: Int32Array, y: Float64Array): readonly number[] => {
  const [sums, counts] = [new Float64Array(tasks).fill(BEFORE), new Float64Array(tasks).fill(BEFORE)]
  const all = y.reduce((sum, e) => sum + e * e, 0) / y.length
  for (const [at, p] of seen.entries()) {
    if (!(all > 0)) continue
    sums[task[p]!]! += (y[at]! * y[at]!) / all
    counts[task[p]!]! += 1
  }
  return Array.from(sums, (s, i) => Math.sqrt(s / counts[i]!))
}

/** log N(y; 0, A), up to what A has no part in. */
const logEvidence = (a: Float64Array, y: Float64Array): number => {
  const n = y.length
  const factor = cholesky(n, a)
  if (E.isLeft(factor)) return Number.NEGATIVE_INFINITY
  const x = y.slice()
  choleskySolve(n, factor.right, x)
  let value = 0
  for (let i = 0; i < n; i++) value -= (y[i]! * x[i]!) / 2 + log(factor.right[i * n + i]!)
  return value
}

/** E[Σ_{i in S} J_i(S)] of every group, `[groups]`. */
export const groupMeans = (b: Belief): Float64Array => {
  const { prior, points, seen, weights, scales } = b
  const w = summedCovariances(prior, points, Int32Array.from(prior.groups.keys()), seen, scales)
  return Float64Array.from(prior.groups, (_, g) => {
    let sum = predictedSum(prior, points, g)
    for (let y = 0; y < seen.length; y++) sum += w[g * seen.length + y]! * weights[y]!
    return sum
  })
}

/** Of a group before any training. */
export const predictedSum = ({ start, gains, groups }: BeliefPrior, { offsets }: Points, group: number): number =>
  groups[group]!.reduce((sum, i, a) => sum + start[i]! + gains[offsets[group]! + a]!, 0)

/** E[J_i(S)] and its standard deviation, of each member of a group. */
export const memberReturns = (
  b: Belief,
  group: number
): { readonly mean: readonly number[]; readonly deviation: readonly number[] } => {
  const { prior, points, seen, weights, scales, factor } = b
  const own = prior.groups[group]!.map((_, a) => points.offsets[group]! + a)
  const n = seen.length
  const across = covariances(prior, points, [own, seen], scales.units)
  const self = covariances(prior, points, [own, own], scales.units)
  const rows = own.map((p, a) => {
    const k = Float64Array.from(
      { length: n },
      (_, y) => across.known[a * n + y]! + scales.level ** 2 * across.missed[a * n + y]!
    )
    const x = k.slice()
    choleskySolve(n, factor, x)
    let [mean, variance] = [
      prior.start[points.task[p]!]! + prior.gains[p]!,
      self.known[a * own.length + a]! + scales.level ** 2 * self.missed[a * own.length + a]!
    ]
    for (let y = 0; y < n; y++) {
      mean += k[y]! * weights[y]!
      variance -= k[y]! * x[y]!
    }
    return { mean, deviation: Math.sqrt(Math.max(0, variance)) }
  })
  return { mean: rows.map((r) => r.mean), deviation: rows.map((r) => r.deviation) }
}
