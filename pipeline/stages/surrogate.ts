/** Stage: how every subset would adapt from θ★, without training any. */

import { Effect, Schema } from "effect"
import type { Fixed } from "../../algorithms/mod.ts"
import { Doubles, Ints, Numbers } from "../../core/service/data.ts"
import { RunStore } from "../../core/service/run_store.ts"
import type { Task } from "../../envs/mod.ts"
import type { StageContext, TasksOfSpec } from "./context.ts"
import { AffinityData, Labels, Score } from "./schemas.ts"
import { single } from "./stage.ts"
import { type EstimateConfig, estimate, Followed, followed } from "./surrogate/estimate.ts"
import { observedBy } from "./surrogate/observe_job.ts"

export interface SurrogateInput extends TasksOfSpec {
  /** θ★. */
  readonly at: Fixed
  readonly config: EstimateConfig
  /** Adapted directions that the first-order check will follow. */
  readonly directions: number
}

/** What is estimated of every subset, and how far the estimates can be trusted. */
export const Estimated = Schema.Struct({
  subsets: Schema.Array(Labels),
  /** Estimated gain over θ★. */
  scores: Schema.Array(Score),
  /** Minus the losses, as equation 5 prints them. */
  printed: Schema.Array(Score),
  /** Mean of Â_t·g̃_t of every task. */
  gradients: Schema.Array(Doubles),
  /** How the solver ended, subset by subset. */
  solved: Schema.Struct({ objective: Doubles, gradientNorm: Doubles, iterations: Ints }),
  /** ‖Px‖/‖θ★‖ of every adapted policy. */
  distances: Numbers,
  /** Subsets that the trust radius held back. */
  clipped: Schema.Int,
  affinities: Schema.Struct({ centred: AffinityData, gain: AffinityData, eq5: AffinityData, cosine: AffinityData }),
  followed: Followed
})
export type Estimated = typeof Estimated.Type

export const surrogate = ({ setting, inParts }: StageContext) =>
  single({
    name: "surrogate",
    result: Estimated,
    run: Effect.fnUntraced(function* (input: SurrogateInput, { workers }) {
      const { spec, tasks, at, config, key } = input
      const observed = inParts ? observedBy(workers, spec, tasks, at, config, key) : undefined
      const all = yield* estimate(setting, tasks, at, config, key, observed)
      const { subsets, scores, printed, gradients, solved, distances, clipped, affinities } = all
      return {
        subsets,
        scores,
        printed,
        gradients,
        distances,
        clipped,
        affinities,
        solved: {
          objective: solved.objective,
          gradientNorm: solved.gradientNorm,
          iterations: solved.iterations
        },
        followed: followed(setting.policy, all, config.dimension, input.directions)
      }
    }),
    save: ({ tasks }: SurrogateInput, estimated) => putSurrogate(estimated, tasks)
  })

const putSurrogate = Effect.fnUntraced(function* (estimated: Estimated, tasks: readonly Task[]) {
  const store = yield* RunStore
  const { solved, distances } = estimated
  yield* store.put("surrogate", "subsets", {
    kind: "table",
    columns: ["subset", "task", "estimate", "loss", "distance", "objective", "gradient_norm", "iterations"],
    rows: estimated.scores.flatMap((s, k) =>
      s.tasks.map((t, a) => [
        s.tasks.join(" "),
        tasks[t]!.id,
        s.values[a]!,
        -estimated.printed[k]!.values[a]!,
        distances[k]!,
        solved.objective[k]!,
        solved.gradientNorm[k]!,
        solved.iterations[k]!
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
