/** Stage: how every subset would adapt from θ★, without training any. */

import { Effect, Schema } from "effect"

import type { Budget } from "../../algorithms/mod.ts"
import type { Floats, Key } from "../../core/random/mod.ts"
import { Doubles, Ints, Numbers } from "../../core/service/data.ts"
import { RunStore } from "../../core/service/run_store.ts"
import type { Task } from "../../envs/mod.ts"
import type { SurrogateConfig } from "../config.ts"
import type { StageContext } from "./context.ts"
import { AffinityData, Labels, Score } from "./schemas.ts"
import { type Help, single } from "./stage.ts"
import { Beliefs } from "./surrogate/beliefs.ts"
import { type EstimateConfig, estimate, Followed, followed } from "./surrogate/estimate.ts"
import { gradientJob } from "./surrogate/gradient_job.ts"
import { type SeenTask, seeTasks } from "./surrogate/gradients.ts"
import { estimateAhead } from "./surrogate/lookahead_estimate.ts"
import { observeJob } from "./surrogate/observe_job.ts"
import { type PredictConfig, type PredictedTraining, predict, Worth } from "./surrogate/predict.ts"
import { byWorkers, type SurrogateSpec } from "./surrogate/task_job.ts"

export interface SurrogateInput
  extends SurrogateSpec<EstimateConfig & { readonly estimator: SurrogateConfig["estimator"] }> {
  /** The training whose outcome is predicted. */
  readonly training: Pick<PredictedTraining, "iterations" | "stepsPerTask"> & { readonly budget: Budget }
  /** Adapted directions that the first-order check will follow. */
  readonly directions: number
  /** Whether trainings are to decide, from what is believed of every group. */
  readonly beliefs?: true
}

/** What is estimated of every subset, and how far the estimates can be trusted. */
export const Estimated = Schema.Struct({
  subsets: Schema.Array(Labels),
  /** Estimated gain over θ★: in return, or in surrogate loss where the estimator is the logistic one. */
  scores: Schema.Array(Score),
  /** Minus the losses, as equation 5 prints them; the scores, where there are none. */
  printed: Schema.Array(Score),
  /** What every number of policies is worth, where the estimator tells. */
  worth: Schema.optionalKey(Worth),
  /** What is believed of every group, where trainings are to decide. */
  beliefs: Schema.optionalKey(Beliefs),
  /** Mean of Â_t·∇log π of every task, projected for the logistic estimator. */
  gradients: Schema.Array(Doubles),
  /** How the solver ended, subset by subset, where there was something to solve. */
  solved: Schema.optionalKey(Schema.Struct({ objective: Doubles, gradientNorm: Doubles, iterations: Ints })),
  /** ‖θ−θ★‖/‖θ★‖ of every adapted policy. */
  distances: Numbers,
  /** Subsets that the trust radius held back. */
  clipped: Schema.Int,
  affinities: Schema.Struct({ centred: AffinityData, gain: AffinityData, eq5: AffinityData, cosine: AffinityData }),
  followed: Followed
})
export type Estimated = typeof Estimated.Type

export const surrogate = (context: StageContext) =>
  single({
    name: "surrogate",
    result: Estimated,
    run: (input: SurrogateInput, help) => {
      const { estimator } = input.config
      if (estimator === "logistic" || estimator === "cross-fitted") return byLogistic(context, input, help)
      return estimator === "lookahead" ? byLookahead(context, input) : byGradients(context, input, help)
    },
    save: ({ tasks }: SurrogateInput, estimated) => putSurrogate(estimated, tasks)
  })

/** The papers' way: weighted logistic regression on the projected gradient of every transition, a problem a subset. */
const byLogistic = Effect.fnUntraced(function* (
  { setting, onWorkers }: StageContext,
  input: SurrogateInput,
  { workers }: Help
) {
  const observed = onWorkers ? byWorkers(workers, observeJob, input) : undefined
  const config = { ...input.config, crossFitted: input.config.estimator === "cross-fitted" }
  const all = yield* estimate({ setting, ...input, config }, observed)
  const { subsets, scores, printed, gradients, solved, distances, clipped, affinities } = all
  return {
    subsets,
    scores,
    printed,
    gradients,
    distances,
    clipped,
    affinities,
    solved: { objective: solved.objective, gradientNorm: solved.gradientNorm, iterations: solved.iterations },
    followed: followed(setting.policy, all, input.config.dimension, input.directions)
  } satisfies Estimated
})

/** By mean gradients and their noise: no transition has features. */
const byGradients = Effect.fnUntraced(function* (
  { setting, onWorkers }: StageContext,
  input: SurrogateInput,
  { workers }: Help
) {
  const { at, config, training } = input
  const seen = yield* onWorkers ? byWorkers(workers, gradientJob, input) : seeTasks({ setting, ...input })
  const updates = updatesOf(setting, training)
  const believed = input.beliefs === undefined ? {} : { beliefs: input.beliefs }
  return yield* fromSeen({
    ...input,
    seen,
    theta: at.policy,
    training: { ...training, updates },
    config: { ...config, ...believed }
  })
})

/** What was seen of tasks at θ★, by whomever. */
interface SeenInput {
  readonly seen: readonly SeenTask[]
  /** θ★. */
  readonly theta: Floats
  readonly training: PredictedTraining
  readonly config: PredictConfig
  readonly directions: number
  readonly key: Key
}

const fromSeen = Effect.fnUntraced(function* ({ seen, theta, training, config, directions: count, key }: SeenInput) {
  const { directions, ...estimated } = yield* predict(theta, seen, training, config, key)
  return {
    ...estimated,
    followed: { visited: seen.map((t) => t.visited), adapted: directions(count) }
  } satisfies Estimated
})

/** The same stage where nothing is played: what was seen is given. */
export const givenSurrogate = single({
  name: "surrogate",
  result: Estimated,
  run: (input: SeenInput & Pick<SurrogateInput, "tasks">) => fromSeen(input),
  save: ({ tasks }, estimated) => putSurrogate(estimated, tasks)
})

/** By one step ahead on each task. */
const byLookahead = Effect.fnUntraced(function* ({ setting }: StageContext, input: SurrogateInput) {
  const { training, directions } = input
  const found = yield* estimateAhead(
    { setting, ...input },
    { ...training, updates: updatesOf(setting, training) },
    directions
  )
  return found satisfies Estimated
})

const updatesOf =
  (
    { algorithm, algorithmConfig, environmentsPerTask }: StageContext["setting"],
    training: SurrogateInput["training"]
  ): PredictedTraining["updates"] =>
  (members) =>
    algorithm.updates?.(algorithmConfig, { ...training, environmentsPerTask, tasks: members })

const putSurrogate = Effect.fnUntraced(function* (estimated: Estimated, tasks: readonly Task[]) {
  const store = yield* RunStore
  const { solved, distances } = estimated
  yield* store.put("surrogate", "subsets", {
    kind: "table",
    columns: [
      "subset",
      "task",
      "estimate",
      "loss",
      "distance",
      ...(solved === undefined ? [] : ["objective", "gradient_norm", "iterations"])
    ],
    rows: estimated.scores.flatMap((s, k) =>
      s.tasks.map((t, a) => [
        s.tasks.join(" "),
        tasks[t]!.id,
        s.values[a]!,
        -estimated.printed[k]!.values[a]!,
        distances[k] ?? Number.NaN,
        ...(solved === undefined ? [] : [solved.objective[k]!, solved.gradientNorm[k]!, solved.iterations[k]!])
      ])
    )
  })
  const { gradients } = estimated
  yield* store.put("surrogate", "gradients", {
    kind: "array",
    shape: [gradients.length, gradients[0]?.length ?? 0],
    data: Float64Array.from(gradients.flatMap((g) => Array.from(g)))
  })
  for (const [name, u] of Object.entries(estimated.affinities)) {
    yield* store.put("affinity", name, { kind: "array", shape: [u.n, u.n], data: u.values })
  }
})
