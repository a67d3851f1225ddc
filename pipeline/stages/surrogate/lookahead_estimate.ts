/** From θ★ to affinities by one step ahead on each task. */
import { Effect } from "effect"
import { norm } from "../../../core/linalg/mod.ts"
import { child, stream } from "../../../core/random/mod.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { centred, equation5, gradientCosine, subsets } from "../../../core/surrogate/mod.ts"
import { type EstimateConfig, firstRows } from "./estimate.ts"
import { episodesOf, lengthOf } from "./gradients.ts"
import { lookahead, lookaheadScores } from "./lookahead.ts"
import { taskAdvantages } from "./observe.ts"
import type { PredictedTraining } from "./predict.ts"
import type { SurrogateProblem } from "./problem.ts"

/**
 * What is estimated of every subset: the step's gain of every iteration, in units of return. Tasks are looked at in this thread: each is judged under every other's step.
 *
 * - Errors: `ArgumentError` where there are not so many subsets; `ArgumentError` where a task cannot be observed; `SessionError`.
 */
export const estimateAhead = Effect.fn("policygradex.estimateAhead")(function* <C>(
  problem: SurrogateProblem<C, EstimateConfig>,
  training: PredictedTraining,
  directions: number
) {
  const { setting, tasks, at, config: c, key } = problem
  const n = tasks.length
  const drawn = yield* fromEither(subsets(stream(child(key, "subsets")), n, c.subsetSize, c.subsets))
  const { batch, count, rate } = training.updates(1) ?? { batch: training.stepsPerTask, ...UNTOLD }
  const all = yield* taskAdvantages(problem)
  const place = { policy: setting.policy, theta: at.policy }
  const radius = c.trustRadius === "off" ? Number.POSITIVE_INFINITY : c.trustRadius * norm(at.policy)
  const { gains, steps, gradients } = yield* lookahead(place, all, { batch, length: count * rate, radius })
  const units = all.map(
    ({ transitions, unit }, i) =>
      training.iterations * episodesOf(transitions, lengthOf(problem, i)).episodeLength * unit
  )
  const scores = lookaheadScores(gains, n, drawn).map((s) => ({
    ...s,
    values: s.values.map((v, a) => v * units[s.tasks[a]!]!)
  }))
  const stepOf = (members: readonly number[]): Float64Array =>
    Float64Array.from(steps[0]!, (_, c) => members.reduce((sum, j) => sum + steps[j]![c]!, 0) / members.length)
  const gain = equation5(scores, n)
  return {
    subsets: drawn,
    scores,
    printed: scores,
    gradients,
    distances: drawn.map((s) => norm(stepOf(s)) / norm(at.policy)),
    clipped: 0,
    affinities: { centred: centred(scores, n), gain, eq5: gain, cosine: gradientCosine(gradients) },
    followed: {
      visited: all.map((t) => firstRows(t.transitions, setting.policy)),
      adapted: drawn.slice(0, directions).map(stepOf)
    }
  }
})

/** An iteration of a learner that does not tell how it updates. */
const UNTOLD = { count: 1, rate: 1e-3 }
