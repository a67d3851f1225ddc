/** Generalisation of one iteration of training, and the curvature that is to bound it (Theorem 1). */
import { Effect } from "effect"
import type { Fixed, TaskRow } from "../../../algorithms/mod.ts"
import { hessianBound } from "../../../core/curvature/mod.ts"
import { argumentError } from "../../../core/failure/mod.ts"
import { norm } from "../../../core/linalg/mod.ts"
import { child, integers, type Key, stream } from "../../../core/random/mod.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { mean, welchInterval } from "../../../core/stat/mod.ts"
import type { Task } from "../../../envs/mod.ts"
import type { Setting } from "../../jobs/training.ts"
import { lossOf, rowProductsOf } from "./hessian.ts"
import type { CurvaturePoint } from "./point.ts"
import { chosenRows, independentMeans, rowsOf, scaleOf } from "./rows.ts"
import { isSame } from "./same.ts"
import { type Looking, lookAt } from "./spectrum.ts"
import { weightedHessian } from "./weighted.ts"

/** How closely to measure. */
export interface Measuring extends Looking {
  /** Unseen rollouts, each as long as the one that is trained on. */
  readonly unseen: number
  /** Unseen transitions whose own Hessians are taken. */
  readonly sampled: number
  /** Steps of Lanczos on each of them. */
  readonly steps: number
  /** δ: bounds hold with probability 1 − δ. */
  readonly delta: number
  /** Of the training that a measured iteration is one of: what anneals or begins late goes by it. */
  readonly iterations: number
}

/**
 * Fifty products for a trace. Eight steps of Lanczos leave some 8% of a transition's part in H (on the policy of the tests), a hundred
 * transitions a third: more steps would buy nothing.
 */
export const measuring: Measuring = {
  probes: 50,
  relative: 0,
  layers: false,
  exact: false,
  spectrum: false,
  unseen: 4,
  sampled: 96,
  steps: 8,
  delta: 0.05,
  iterations: 1
}

/** Whose training is measured. */
export interface MeasuredSet {
  readonly set: string
  readonly tasks: readonly Task[]
}

/** Weights that an iteration starts from. */
export interface From {
  readonly at: Fixed
  /** Iterations of training before it. */
  readonly iteration: number
}

/**
 * Makes ready to measure iterations on a set of tasks. Each plays the tasks at the weights it is given, lets the learner do one
 * iteration on exactly these transitions, and compares the loss of what it learned on them with that on transitions which the same
 * weights give elsewhere.
 *
 *     gap = L_unseen(W) − L_training(W),    W the weights after the iteration
 *
 * - Errors: `ArgumentError` for a learner that trains on other transitions than a rollout of its weights; those of the learner.
 */
export const measurer = Effect.fnUntraced(function* <C>(setting: Setting<C>, set: MeasuredSet, how: Measuring) {
  const { environment, algorithm, algorithmConfig, policy, environmentsPerTask, stepsPerTask, budget } = setting
  const problem = { environment, tasks: set.tasks, policy, environmentsPerTask }
  const learner = yield* algorithm.learner(algorithmConfig, {
    ...problem,
    stepsPerTask,
    iterations: how.iterations,
    ...(budget === undefined ? {} : { budget })
  })
  const collector = yield* algorithm.collector(algorithmConfig, problem)
  const loss = yield* lossOf(policy)
  const rowProducts = yield* rowProductsOf(policy)

  return Effect.fnUntraced(function* ({ at, iteration }: From, key: Key) {
    const drawn = child(key, "training")
    const training = yield* collector.collect(at, stepsPerTask, drawn)
    // As long as the training's, so that both are of the same distribution: episodes' beginnings, or whole ones.
    const unseen = yield* Effect.forEach(
      Array.from({ length: how.unseen }, (_, i) => child(key, "unseen", i)),
      (k) => collector.collect(at, stepsPerTask, k)
    )
    const { policy: start, value, moments } = at
    const first = yield* learner.init(drawn, { policy: start, value, ...(moments === undefined ? {} : { moments }) })
    const { state, rows } = yield* learner.iterate(first)
    // What a policy normalises by has changed with the iteration: then its episodes must tell.
    const now = moments === undefined ? state.observation : undefined
    if (!isSame(training, rows, now)) return yield* Effect.fail(otherTransitions(algorithm.id))
    const weights = Float64Array.from(state.policy)
    const scales = training.map(scaleOf)
    const others = unseen.flat()
    const [seen, fresh] = [
      rowsOf(training, scales),
      rowsOf(
        others,
        unseen.flatMap(() => scales)
      )
    ]
    const [onSeen, onFresh] = [loss(weights, seen), loss(weights, fresh)]
    const losses = { training: yield* onSeen.losses, unseen: yield* onFresh.losses }
    const gap = yield* fromEither(
      welchInterval([...independentMeans(others, losses.unseen, 1), ...independentMeans(training, losses.training, -1)])
    )
    const hessian = yield* lookAt(onFresh.products, policy, how, child(key, "probes"))
    const draws = stream(child(key, "sampled"))
    const sampled = chosenRows(
      fresh,
      Array.from({ length: how.sampled }, () => integers(draws, 0, fresh.count))
    )
    const own = rowProducts(weights, sampled)
    const moved = weights.map((w, i) => w - start[i]!)
    const fromStart = yield* weightedHessian(own, how.sampled, moved, how.steps)
    const fromZero = yield* weightedHessian(own, how.sampled, weights, how.steps)
    const [low, high] = extent([losses.training, losses.unseen])
    const constants = {
      range: high - low,
      norm: Math.max(fromStart.norm, fromZero.norm),
      lipschitz: yield* lipschitz(
        (theta) => loss(theta, seen).products([moved]),
        weights,
        Float64Array.from(start),
        fromStart.square
      )
    }
    const bounded = ({ weighted, square }: Omit<typeof fromStart, "norm">) =>
      Effect.map(
        fromEither(
          hessianBound({
            ...constants,
            samples: seen.count,
            training: mean([...losses.training]) - low,
            weighted: Math.max(0, weighted.estimate),
            square,
            size: policy.size,
            radius: Math.sqrt(fromZero.square),
            delta: how.delta
          })
        ),
        (bound) => ({ weighted, square, bound })
      )
    const point: CurvaturePoint = {
      set: set.set,
      tasks: set.tasks.map((t) => t.id),
      iteration,
      transitions: { training: seen.count, unseen: fresh.count },
      loss: { training: mean([...losses.training]), unseen: mean([...losses.unseen]) },
      gap: { estimate: gap.estimate, low: gap.low, high: gap.high, level: gap.level },
      ...hessian,
      constants,
      start: yield* bounded(fromStart),
      zero: yield* bounded(fromZero),
      meanReturn: meanReturn(rows)
    }
    return point
  })
})

/** ‖(∇²L(W) − ∇²L(W₀)) v‖ / ‖v‖², v = W − W₀: the Hessian's Lipschitz constant as it is seen along the iteration. */
const lipschitz = Effect.fnUntraced(function* <E, R>(
  along: (theta: Float64Array) => Effect.Effect<readonly Float64Array[], E, R>,
  weights: Float64Array,
  start: Float64Array,
  square: number
) {
  if (square === 0) return 0
  const [[here], [there]] = [yield* along(weights), yield* along(start)]
  return norm(here!.map((x, i) => x - there![i]!)) / square
})

const extent = (all: readonly Float64Array[]): readonly [number, number] => {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const x of all.flatMap((losses) => [...losses])) {
    low = Math.min(low, x)
    high = Math.max(high, x)
  }
  return [low, high]
}

const otherTransitions = (id: string) =>
  argumentError({
    doing: "compare training with unseen transitions",
    want: "a learner whose iteration trains on one rollout of its weights, so that nothing else tells them from unseen ones",
    got: `${id}, whose iteration trained on others, such as a replay's of what earlier weights did`,
    fix: "measure a run of an on-policy learner, such as ppo"
  })

const meanReturn = (rows: readonly TaskRow[]): number | null => {
  const known = rows.flatMap((r) => (r.meanReturn === undefined ? [] : [r.meanReturn]))
  return known.length === 0 ? null : mean(known)
}
