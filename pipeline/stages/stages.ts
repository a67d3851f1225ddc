/** The stages of the main job after meta-training, in their order. */
import { Effect } from "effect"
import type { Fixed, Start } from "../../algorithms/algorithm.ts"
import { fromEither } from "../../algorithms/error.ts"
import { type GroupCount, randomGroups } from "../../core/grouping/mod.ts"
import { child, type Floats, type Key, random, stream } from "../../core/random/mod.ts"
import { Progress, type ProgressService } from "../../core/service/progress.ts"
import type { Affinity, Subset } from "../../core/surrogate/mod.ts"
import { checkBy } from "../jobs/check_job.ts"
import { Workers } from "../jobs/job.ts"
import { observedBy } from "../jobs/observe_job.ts"
import type { TrainingSpec } from "../jobs/spec.ts"
import type { Trained } from "../jobs/training.ts"
import { totalCost } from "../result/ledger.ts"
import type { StageContext, TasksOfSpec } from "./context.ts"
import { type GroupTrainingConfig, trainGroups } from "./group_training.ts"
import { groupBy } from "./grouping.ts"
import { inOneGroup, whyArbitrary } from "./indifferent.ts"
import { EstimatedData, GroupsData, ResidualsData, SplitData, TruthData } from "./schemas.ts"
import { type Stage, stage } from "./stage.ts"
import { checkFirstOrder, type EstimateConfig, estimate, type Followed, followed } from "./surrogate/estimate.ts"
import { labelsOf, rowsOf, type TruthConfig, trainSubsets } from "./truth.ts"

/** A stage that tells of its beginning and its end. */
const single = <I, O, E, R>(s: Stage<I, O, E, R>): Stage<I, O, E, R | Progress> => ({
  ...s,
  run: Effect.fnUntraced(function* (input, help) {
    const { report } = yield* Progress
    yield* report({ stage: s.name, done: 0, total: 1, unit: "steps" })
    const out = yield* s.run(input, help)
    yield* report({ stage: s.name, done: 1, total: 1, unit: "steps" })
    return out
  })
})

/** Tells of each finished training. */
const counting = (stage: string, { report }: ProgressService) =>
  Effect.fnUntraced(function* (total: number) {
    let [done, steps] = [0, 0]
    yield* report({ stage, done, total, unit: "trainings", steps })
    return (_: number, t: Trained): Effect.Effect<void> => {
      done++
      steps += t.steps
      return report({ stage, done, total, unit: "trainings", steps })
    }
  })

/** Trainings may be done on other threads, so each tells what it cost. */
const costOfTrainings = (done: { readonly trained: readonly Trained[] }) => totalCost(done.trained.map((t) => t.cost))

/** How every subset would adapt from θ★, without training any. */
export const surrogate = ({ setting, inParts }: StageContext) =>
  single({
    name: "surrogate",
    result: EstimatedData,
    run: Effect.fnUntraced(function* (
      input: TasksOfSpec & { readonly at: Fixed; readonly config: EstimateConfig; readonly directions: number },
      { workers }
    ) {
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
    })
  })

/** How far from θ★ the linear model of log π holds. */
export const firstOrderCheck = ({ setting, inParts }: StageContext) =>
  single({
    name: "first-order check",
    result: ResidualsData,
    run: (
      input: Followed & {
        readonly spec: TrainingSpec
        readonly theta: Floats
        readonly distances: readonly number[]
        readonly key: Key
      },
      { workers }
    ) => {
      const { spec, theta, distances, key } = input
      const check = inParts ? checkBy(workers, spec, theta, distances) : undefined
      return checkFirstOrder(setting.policy, theta, input, distances, key, check)
    }
  })

/** The tasks' groups, and those of other affinities to compare them with. */
export const grouping = ({ groupings }: StageContext) =>
  single({
    name: "grouping",
    result: SplitData,
    run: Effect.fnUntraced(function* (input: {
      /** Of each task, at θ★. */
      readonly gradients: readonly ArrayLike<number>[]
      readonly affinities: Readonly<Record<"centred" | "gain" | "eq5" | "cosine", Affinity>>
      /** Whose groups are trained. */
      readonly chosen: "centred" | "gain" | "eq5"
      readonly method: string
      readonly count: GroupCount
      readonly key: Key
    }) {
      const { affinities, method, count, key } = input
      const drawing = (name: string): (() => number) => {
        const s = stream(child(key, name))
        return () => random(s)
      }
      const rows = rowsOf(affinities[input.chosen])
      const undecided = whyArbitrary(input.gradients, affinities[input.chosen])
      if (undecided !== undefined) return inOneGroup(method, affinities[input.chosen], undecided)
      const request = { ...count, method, random: drawing("rounding") }
      const { k, labels, ...rest } = yield* fromEither(groupBy(rows, request, groupings))
      const by = (name: keyof typeof affinities) => labelsOf(affinities[name], k, drawing("rounding"))
      const { objective, bound, roundedObjective, warnings } = rest
      return {
        method,
        k,
        objective,
        bound,
        roundedObjective,
        warnings,
        labels: {
          chosen: labels,
          centred: by("centred"),
          gain: by("gain"),
          eq5: by("eq5"),
          cosine: by("cosine"),
          random: Array.from(randomGroups(rows.length, k, drawing("random groups")))
        }
      }
    })
  })

/** Some subsets, really trained from θ★. */
export const truth = stage({
  name: "truth",
  result: TruthData,
  costOf: costOfTrainings,
  run: Effect.fnUntraced(function* (
    input: TasksOfSpec & { readonly subsets: readonly Subset[]; readonly config: TruthConfig; readonly start: Start },
    { workers }
  ) {
    const { spec, tasks, subsets, config, start, key } = input
    const progress = yield* Progress
    const training = trainSubsets(spec, tasks, subsets, config, start, key, counting("truth", progress))
    return yield* Effect.provideService(training, Workers, workers)
  })
})

/** A policy for each group of every grouping, trained from θ★. */
export const groupTraining = stage({
  name: "group training",
  result: GroupsData,
  costOf: costOfTrainings,
  run: Effect.fnUntraced(function* (
    input: TasksOfSpec & {
      readonly groupings: Readonly<Record<string, readonly number[]>>
      readonly config: GroupTrainingConfig
      readonly start: Start
    },
    { workers }
  ) {
    const { spec, tasks, groupings, config, start, key } = input
    const progress = yield* Progress
    const training = trainGroups(spec, tasks, groupings, config, start, key, counting("group training", progress))
    return yield* Effect.provideService(training, Workers, workers)
  })
})
