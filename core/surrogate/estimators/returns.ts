/** From an improvement to first order to the return that a training reaches: returns have ends, learning feeds itself, and tasks stop each other. */
import type { Pull } from "./pulls.ts"

/** Episodes of a task at θ★. */
export interface Episodes {
  readonly mean: number
  readonly lowest: number
  readonly highest: number
  /** Lowest and highest reward of a step: where none is positive no return is, and likewise below. */
  readonly rewards: readonly [number, number]
  /** Steps of an episode, in the mean. */
  readonly length: number
  /** Steps after which an episode is cut off, where that is known. */
  readonly limit?: number | undefined
}

/** A return after a training, and where it is in 95 of 100 cases as far as the model of learning is concerned. */
export interface ExpectedReturn {
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * How far a training really goes, relative to what first order says: the standard deviation of its logarithm. Trainings of the same
 * family differ by as much (docs/findings.md); without this, groups whose return is at its end would all count alike.
 */
const MODEL_ERROR = 0.5

/**
 * How many times further or less far the ends of an interval assume, and how many times as far from the mean as episodes at θ★ the
 * ends of returns may be; so that 95 of 100 intervals hold what was reached over the families of `bun run bench estimators` and by the preset `quick`.
 */
const FURTHER = 2
const REACH = 3

/** Nodes and weights of the Gauss–Hermite rule for the standard normal distribution, exact for polynomials of degree 9. */
const NODES = [
  [-2.856970013872806, 0.01125741132772069],
  [-1.355626179974266, 0.2220759220056126],
  [0, 0.5333333333333333],
  [1.355626179974266, 0.2220759220056126],
  [2.856970013872806, 0.01125741132772069]
] as const

/** Which power of the odds of good episodes grows evenly with the length of a training. */
const POWER = 0.5

/**
 * Part of the way to the best return that a task alone goes in a training that to first order improves it by x ≥ 0:
 *
 *     A(x) = (J(x) − J₀)/(H − J₀),    o(J) = (J − L)/(H − J),    o(J)^λ = o(J₀)^λ · (1 + λ x/((H − L) p (1 − p))),    p = (J₀ − L)/(H − L)
 *
 * with L and H the worst and the best episode, J₀ the mean at θ★. The slope of J at 0 is 1, and nothing grows beyond its end. With λ = 0
 * returns would be a logistic curve, with λ = 1 a hyperbola: learning feeds itself, but less than in proportion to what is reached.
 *
 * - Source: λ as trainings of the families of `bun run bench estimators` have it, short and long ones (docs/findings.md).
 */
const partAlone = (p: number, x: number): number => {
  const grown = (1 + (POWER * x) / (p * (1 - p))) ** (1 / POWER)
  // (σ − p)/(1 − p) with σ/(1 − σ) the odds that have grown, x in units of H − L.
  return grown === Number.POSITIVE_INFINITY ? 1 : (p * (grown - 1)) / (1 - p + p * grown)
}

/**
 * The return after a training in a group:
 *
 *     J = J₀ + (H − J₀)(2 b cosine − b²),    b = min(a, reach),    a = 1 − √(1 − A(x))
 *
 * with H the best return and x the improvement to first order of updates that went the task's own way. A quadratic function falls by the part 2a − a² of its
 * height on the part a of the way to its minimum: alone, where `cosine` and `reach` are 1, the task goes the part A; along another direction it
 * goes 2 b cosine − b², which for a short training is `cosine` times as far, and no further than where the group's gradients cancel.
 */
const inGroup = ({ mean, lowest, highest }: Ends, { aligned, cosine, reach }: Pull): number => {
  const range = highest - lowest
  const p = (mean - lowest) / range
  if (!(p > 0 && p < 1)) return mean + cosine * aligned
  const way = 1 - Math.sqrt(1 - partAlone(p, aligned / range))
  const b = Math.min(way, reach)
  return Math.max(lowest, mean + (highest - mean) * b * (2 * cosine - b))
}

/** Where returns of episodes end. */
type Ends = Pick<Episodes, "mean" | "lowest" | "highest">

/** The worst episode at θ★, and the best one or one that went on as the mean one did until it were cut off, whichever is better. */
const endsOf = ({ mean, lowest, highest, length, limit = length }: Episodes): Ends => ({
  mean,
  lowest,
  highest: Math.max(highest, (mean * limit) / length)
})

/** The least and the largest return that rewards of such a range can add up to. */
export const possibleReturns = ({
  rewards: [least, most],
  limit = Number.POSITIVE_INFINITY
}: Pick<Episodes, "rewards" | "limit">): readonly [number, number] => [
  least >= 0 ? 0 : least * limit,
  most <= 0 ? 0 : most * limit
]

/** Ends that are further from the mean, had episodes gone so many times further. */
const further = (episodes: Episodes, times: number): Ends => {
  const { mean, lowest, highest } = episodes
  const [least, most] = possibleReturns(episodes)
  return {
    mean,
    lowest: Math.max(least, mean - times * (mean - lowest)),
    highest: Math.min(most, Math.max(endsOf(episodes).highest, mean + times * (highest - mean)))
  }
}

/**
 * The mean of J over the model's error ε, which makes x longer e^ε times, and its 95% interval; the far end of the interval also counts
 * that returns may go beyond what was seen at θ★.
 *
 * - Units: `aligned` and the result of return.
 */
export const returnAfter = (episodes: Episodes, pull: Pull): ExpectedReturn => {
  const ends = endsOf(episodes)
  const goes = (e: Ends, times: number): number => inGroup(e, { ...pull, aligned: times * pull.aligned })
  let value = 0
  for (const [z, weight] of NODES) value += weight * goes(ends, Math.exp(MODEL_ERROR * z))
  const near = goes(ends, 1 / FURTHER)
  const far = goes(further(episodes, REACH), FURTHER)
  return { value, low: Math.min(near, far, value), high: Math.max(near, far, value) }
}
