/** From gradients at θ★ and their noise to what any grouping is worth, in units of return. */
import { Effect, Schema } from "effect"
import type { Updates } from "../../../algorithms/mod.ts"
import { norm } from "../../../core/linalg/mod.ts"
import { child, type Floats, type Key, stream } from "../../../core/random/mod.ts"
import { Numbers, schemaOf } from "../../../core/service/data.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import {
  adamGain,
  type ExpectedReturn,
  type GradientEstimator,
  type GradientMoments,
  gradientEstimators,
  gradientMoments,
  meanGradients,
  type Pull,
  possibleReturns,
  returnAfter,
  silentTasks,
  type TaskGradients,
  type WorthPoint,
  withProducts,
  worthCurve
} from "../../../core/surrogate/estimators/mod.ts"
import { centred, equation5, gradientCosine, type SubsetScore, subsets } from "../../../core/surrogate/mod.ts"
import type { SurrogateConfig } from "../../config.ts"
import { Labels } from "../schemas.ts"
import { beliefsOf } from "./beliefs.ts"
import type { SeenTask } from "./gradients.ts"

const Point = schemaOf<WorthPoint>()(
  Schema.Struct({
    k: Schema.Int,
    labels: Labels,
    returns: Numbers,
    value: Schema.Number,
    low: Schema.Number,
    high: Schema.Number,
    shortfall: Schema.Number,
    error: Schema.Number
  })
)

/** What every number of policies is predicted to be worth. */
export const Worth = Schema.Struct({
  /** Return of each task at θ★; 0 where the learner does not tell how it updates, and all below are gains in advantage. */
  start: Numbers,
  unit: Schema.Literals(["return", "gain"]),
  /** Entry k − 1 is of k policies. */
  curve: Schema.Array(Point),
  /** Numbers of the tasks whose gradient at θ★ is not told from its noise. */
  silent: Labels
})
export type Worth = typeof Worth.Type

/** The training whose outcome is predicted. */
export interface PredictedTraining {
  readonly iterations: number
  /** Environment steps a task an iteration. */
  readonly stepsPerTask: number
  /** How an iteration updates the policy of a group of so many tasks; none where the learner does not tell. */
  readonly updates: (members: number) => Updates | undefined
}

export type PredictConfig = Pick<SurrogateConfig, "subsets" | "subsetSize" | "trustRadius"> & {
  readonly estimator: string
  /** Whether a return of every group is wanted, where a decision by trainings begins. */
  readonly beliefs?: boolean
}

/** What the estimator of that name says of drawn subsets and of all partitions. */
export const predict = Effect.fn("policygradex.predict")(function* (
  theta: Floats,
  seen: readonly SeenTask[],
  training: PredictedTraining,
  c: PredictConfig,
  key: Key
) {
  const n = seen.length
  const radius = c.trustRadius === "off" ? Number.POSITIVE_INFINITY : c.trustRadius
  const drawn = yield* fromEither(subsets(stream(child(key, "subsets")), n, c.subsetSize, c.subsets))
  const p = predictor(seen, training, c.estimator)
  const { estimator, update, updates, improvementOf, told, start } = p
  /** ‖Δθ‖/‖θ★‖ of an iteration: as far as the linear model of log π is asked to hold at once. */
  const distanceOf = (members: readonly number[]): number => {
    const { count, rate } = updates(members.length) ?? { count: 1, rate: 0 }
    return (norm(update.direction(members)) * count * rate) / norm(theta)
  }
  const distances = drawn.map(distanceOf)
  const scores = drawn.map((tasks, k): SubsetScore => {
    const shorter = Math.min(1, radius / distances[k]!)
    return { tasks, values: update.gains(tasks).map((g, a) => improvementOf(tasks[a]!, tasks.length, shorter * g)) }
  })
  const worth: Worth | undefined = estimator.noisy
    ? {
        start,
        unit: told ? "return" : "gain",
        curve: worthCurve(estimator, p, stream(child(key, "bootstrap"))),
        silent: silentTasks(p.gradients)
      }
    : undefined
  const asked = { estimator, data: p, curve: worth?.curve ?? [], told, seen, key: child(key, "beliefs") }
  const means = meanGradients(p.moments)
  const gain = equation5(scores, n)
  return {
    subsets: drawn,
    scores,
    printed: scores,
    gradients: means,
    distances: distances.map((d) => Math.min(d, radius)),
    clipped: distances.filter((d) => d > radius).length,
    affinities: {
      centred: centred(scores, n),
      gain,
      eq5: gain,
      cosine: gradientCosine(means)
    },
    directions: (count: number) => drawn.slice(0, count).map((s) => update.direction(s)),
    ...(worth === undefined ? {} : { worth }),
    ...(c.beliefs === true ? { beliefs: beliefsOf(asked) } : {})
  }
})

/** What of a task predictions are made from. */
export type PredictedTask = Omit<SeenTask, "visited">

/** The estimator of that name on these tasks: the update it expects, and the returns that follow. */
export const predictor = (seen: readonly PredictedTask[], training: PredictedTraining, id: string) => {
  const estimator = gradientEstimators.find((e) => e.id === id) ?? gradientEstimators[0]
  const gradients = gradientsOf(seen)
  // Asked for every group there is: the learner tells once for each size.
  const schedule = seen.map((_, i) => training.updates(i + 1))
  const updates = (members: number): Updates | undefined => schedule[members - 1]
  const batch = (members: number): number => updates(members)?.batch ?? training.stepsPerTask * members
  const moments = gradientMoments(gradients)
  const update = estimator.update({ moments, batch })
  const told = updates(1) !== undefined
  const scale = unitOf(moments, batch, estimator)
  const improvementOf = told
    ? improvement(seen, { ...training, updates }, scale)
    : (_task: number, _members: number, gain: number): number => gain
  const returnOf = (task: number, members: number, { aligned, cosine, reach }: Pull): ExpectedReturn => {
    const gain = aligned * cosine
    if (!told) return { value: gain, low: gain, high: gain }
    const { episodeReturn: mean, episodeLength: length, range, rewards, limit } = seen[task]!
    const episodes = { mean, lowest: range[0], highest: range[1], rewards, length, limit }
    return returnAfter(episodes, { aligned: improvementOf(task, members, aligned), cosine, reach })
  }
  const start = seen.map((t) => (told ? t.episodeReturn : 0))
  const possible = seen.map((t): readonly [number, number] => (told ? possibleReturns(t) : [-Infinity, Infinity]))
  return { estimator, gradients, moments, batch, update, updates, told, improvementOf, returnOf, start, possible }
}

const gradientsOf = (seen: readonly PredictedTask[]): TaskGradients => {
  const blocks = Math.min(...seen.map((t) => t.blocks))
  const size = seen[0]!.gradients.length / seen[0]!.blocks
  const values = new Float32Array(seen.length * blocks * size)
  for (const [i, t] of seen.entries()) values.set(t.gradients.subarray(0, blocks * size), i * blocks * size)
  // Blocks that not all have are left out, and so are their transitions.
  const transitions = seen.map((t) => (t.transitions * blocks) / t.blocks)
  return { tasks: seen.length, blocks, size, transitions, values }
}

/**
 * How much an update by Adam brings for each unit of another estimator's gain: all tasks alone together.
 *
 * Where signal is so weak that noise leaves nothing of one of the two, or less, it is as if each coordinate had its part of the signal as it
 * has its part of the noise: a gain must not become a loss by what it is counted in.
 */
const unitOf = (moments: GradientMoments, batch: (members: number) => number, estimator: GradientEstimator): number => {
  if (estimator.id === adamGain.id) return 1
  const ratio = (of: GradientMoments): number => {
    const [adam, own] = [adamGain, estimator].map((e) => {
      const { gains } = e.update({ moments: of, batch })
      return Array.from({ length: of.tasks }, (_, i) => gains([i])[0]!).reduce((a, b) => a + b, 0)
    })
    return adam! > 0 && own! > 0 ? adam! / own! : Number.NaN
  }
  const found = ratio(moments)
  if (found > 0) return found
  const { tasks, size, variance } = moments
  const transitions = new Array<number>(tasks).fill(EXACT)
  const weak = ratio(
    withProducts({ tasks, size, transitions, mean: variance.map((v) => WEAK * Math.sqrt(v)), variance })
  )
  return weak > 0 ? weak : 1
}

/** A signal that disappears in the noise of any batch, in its transitions' standard deviations. */
const WEAK = 1e-6

/** Transitions from which a mean has no error that a number shows. */
const EXACT = 1e300

/**
 * How much a training whose every update gains a task `gain` in advantage a step improves its return to first order:
 *
 *     x = T · U · η · H_i · σ_i · gain
 *
 * with T iterations of U updates by Adam with step size η, episodes of H_i steps, advantages of deviation σ_i.
 *
 * - Source: the policy gradient theorem; docs/findings.md compares what follows with trainings.
 */
const improvement = (seen: readonly PredictedTask[], training: PredictedTraining, scale: number) => {
  const stepsOf = (members: number): number => {
    const { count, rate } = training.updates(members) ?? { count: 1, rate: 1 }
    return training.iterations * count * rate * scale
  }
  return (task: number, members: number, gain: number): number => {
    const { episodeLength, unit } = seen[task]!
    return stepsOf(members) * episodeLength * unit * gain
  }
}
