/** The main job: from a configuration to groups and what they are worth, every stage's numbers in the run's store. */
import { Effect } from "effect"
import { discountOf } from "../algorithms/internal.ts"
import { child } from "../core/random/mod.ts"
import { Progress } from "../core/service/progress.ts"
import type { Catalog } from "./catalog.ts"
import type { RunConfig } from "./config.ts"
import { type Planned, plan } from "./plan.ts"
import { forecastText } from "./result/forecast.ts"
import { episodesAsked, putStates, recordingsOf } from "./result/recordings.ts"
import { jobResult } from "./result/result.ts"
import { setReturns } from "./result/set_returns.ts"
import { adaptation } from "./stages/adaptation.ts"
import { compareWithTruth } from "./stages/agreement.ts"
import { curvature } from "./stages/curvature.ts"
import { deciding, decisionAsked, trainingsOf } from "./stages/deciding.ts"
import { firstOrderRows, refuseBeyond } from "./stages/first_order/validity.ts"
import { firstOrderCheck } from "./stages/first_order_check.ts"
import { groupTraining, learnersBudget, policiesBy, policiesOfGroups } from "./stages/group_training.ts"
import { grouping, regrouped, type TaskGroups } from "./stages/grouping.ts"
import { metaTraining } from "./stages/meta_training.ts"
import { learnedBy, selection } from "./stages/selection.ts"
import { makeStages, type Stages } from "./stages/stage.ts"
import { type Estimated, surrogate } from "./stages/surrogate.ts"
import { comparable, type Truth, truth } from "./stages/truth.ts"

/**
 * Runs every stage in order: meta-training, estimates, grouping, first-order check; then truth and group training, or, where
 * the run is to select, meta-learning from one task of each group, and adaptation to unseen tasks.
 *
 * `catalog` is where ids are looked up. What a stage finished is in the store before the next one starts, and a job in a
 * store that has the results of some stages goes on behind them, to the same bytes.
 *
 * - Source: Zhang et al., algorithms 1 and 2 and section 4.
 * - Errors: `ArgumentError` before anything runs, for what {@link intend} refuses; `AssignmentError` naming the training that failed;
 *   `ArgumentError` where estimates are not to be trusted; `RunStoreError` of the store; `SessionError`, `SessionLost`.
 */
export const mainJob = (catalog: Catalog) =>
  Effect.fn("policygradex.mainJob")(function* (config: RunConfig) {
    const planned = yield* plan(config, catalog)
    const { key, tasks, planted, spec, context, workers, code } = planned
    const { setting } = context
    const stages = yield* makeStages(workers, code)

    const until = config.meta.target === "off" ? Number.POSITIVE_INFINITY : config.meta.target
    const { iterations } = config.meta
    const meta = yield* stages.run(metaTraining(context), { spec, tasks, iterations, until, key: child(key, "meta") })
    const moments = meta.moments === undefined ? {} : { moments: meta.moments }
    const start = { policy: meta.policy, value: meta.value, ...moments }

    const { distances, directions, maximum, beyond } = config.firstOrder
    const predicted = {
      iterations: config.groupTraining.iterations,
      budget: learnersBudget(config.groupTraining),
      stepsPerTask: spec.stepsPerTask
    }
    const estimated = yield* stages.run(surrogate(context), {
      spec,
      tasks,
      at: start,
      directions,
      key: child(key, "surrogate"),
      config: { ...config.surrogate, ...discountOf(spec.algorithmConfig) },
      training: predicted,
      ...(config.truth.mode === "decide" ? { beliefs: true } : {})
    })
    const { method, k: asked, lambda, price } = config.grouping
    const byAffinity = { affinities: estimated.affinities, chosen: config.surrogate.affinity, key }
    const split: TaskGroups = yield* stages.run(grouping(context), {
      taskIds: spec.taskIds,
      gradients: estimated.gradients,
      ...byAffinity,
      method,
      count: lambda === "off" ? { k: asked } : { lambda },
      ...(price === "off" ? {} : { price }),
      ...(estimated.worth === undefined ? {} : { worth: estimated.worth })
    })
    const forecast = forecastText({ taskIds: spec.taskIds, worth: estimated.worth, grouping: split })
    const { say } = yield* Progress
    const told = planned.selecting === undefined ? say(forecast) : Effect.void
    // What is to be refused if the check fails is not told before it.
    if (beyond === "warn") yield* told
    const followed = { ...estimated.followed, theta: meta.policy, distances, key: child(key, "check") }
    const residuals = yield* stages.run(firstOrderCheck(context), { spec, ...followed })
    if (beyond === "refuse") {
      yield* refuseBeyond(estimated.distances, firstOrderRows(distances, residuals), maximum)
      yield* told
    }
    const common = {
      config,
      adapts: setting.algorithm.adapter !== undefined,
      tasks,
      planted,
      meta,
      estimated,
      residuals,
      grouping: split
    }
    const { selecting } = planned
    if (selecting !== undefined) {
      const selected = yield* select(config, { ...planned, selecting }, stages, estimated, split)
      const spent = { spent: stages.ledger.entries(), backends: stages.backends }
      return jobResult({ ...common, ...ungrouped, selection: selected, ...spent })
    }

    const forGroups = { tasks, iterations: predicted.iterations, start, key: child(key, "groups") }
    const decided =
      estimated.beliefs === undefined || split.indifference !== undefined
        ? undefined
        : yield* stages.run(deciding, {
            ...forGroups,
            spec: { ...spec, budget: predicted.budget },
            beliefs: estimated.beliefs,
            asked: decisionAsked(config),
            config: config.truth,
            drawKey: child(key, "decision")
          })
    const chosen = decided === undefined ? split : regrouped(byAffinity, split, decided)
    const { k, labels } = chosen

    const { stepsPerTask, episodes: assessments, budget } = config.truth
    const trained =
      config.truth.mode === "decide"
        ? noTruth
        : yield* stages.run(truth, {
            // Only their returns matter: what hundreds of trainings ended with would fill the disk.
            spec: { ...spec, budget, stepsPerTask, assessments, parameters: false },
            tasks,
            subsets: estimated.subsets,
            config: config.truth,
            start,
            key: child(key, "truth")
          })
    const estimates = trained.chosen.map((s) => estimated.scores[s]!)
    const comparison = comparable(trained)
      ? compareWithTruth(estimates, trained, tasks.length, k, child(key, "agreement"))
      : undefined

    const grouped = yield* stages.run(
      groupTraining(context, decided === undefined ? undefined : trainingsOf(decided)),
      {
        ...forGroups,
        spec,
        method,
        labels,
        config: config.groupTraining
      }
    )
    const { checkpoints } = config.curvature
    const curved =
      checkpoints === "off"
        ? undefined
        : yield* stages.run(curvature(context), {
            spec,
            tasks,
            labels: labels.chosen,
            iterations,
            config: { ...config.curvature, checkpoints },
            key: child(key, "meta")
          })
    const own = policiesBy(grouped, labels.chosen)
    const groups = policiesOfGroups(grouped, labels.chosen)
    const episodes = episodesAsked({ own, labels: labels.chosen, groups, start })
    const recordings = yield* recordingsOf(setting, tasks, episodes, child(key, "films"))
    yield* putStates(recordings)
    const result = jobResult({
      ...common,
      grouping: chosen,
      ...(decided === undefined ? {} : { decided }),
      comparison,
      ...(curved === undefined || curved.length === 0 ? {} : { curvature: curved }),
      truth: trained,
      trained: grouped,
      spent: stages.ledger.entries(),
      backends: stages.backends
    })
    return { ...result, recordings }
  })

const noTruth: Truth = { chosen: [], scores: [], repeats: [], trained: [] }

/** Of a run that trains no groups. */
const ungrouped = {
  comparison: undefined,
  truth: noTruth,
  trained: { rows: [], leftOut: [] }
} as const

/** Of a run that is to select. */
interface Selecting extends Planned {
  readonly selecting: NonNullable<Planned["selecting"]>
}

/**
 * One task of each group as a meta-training set, beside other sets: what is learned from them, and its worth on unseen tasks.
 *
 * - Source: Zhang et al., section 4.1 and table 3, the control environments.
 */
const select = Effect.fnUntraced(function* (
  config: RunConfig,
  { key, tasks, selecting: { spec, setting, unseen, architectures } }: Selecting,
  stages: Stages,
  { affinities }: Estimated,
  { labels }: TaskGroups
) {
  const { adaptationSteps: steps, adaptationStepsPerTask: stepsPerTask } = config.selection
  const by = { spec, architectures: architectures.map((a) => ({ id: a.id, spec: a.spec })) }
  const learned = yield* stages.run(selection(setting), {
    ...by,
    tasks,
    labels,
    affinities: { chosen: affinities[config.surrogate.affinity], cosine: affinities.cosine },
    config: config.selection,
    key: child(key, "selection")
  })
  const { rows, names, leftOut, trained } = learned
  const { trainings } = yield* stages.run(adaptation, {
    parts: learnedBy(by, learned).map((part) => ({
      spec: { ...part.spec, stepsPerTask },
      learned: part.learned.map(({ policy, moments, arrays = {} }) => ({ policy, moments, arrays }))
    })),
    tasks: unseen,
    rows,
    names,
    steps,
    key: child(key, "adaptation"),
    evaluation: { ...config.evaluation, environments: spec.environmentsPerTask }
  })
  return { rows: setReturns(rows, names, trained, trainings), leftOut, unseen: unseen.length }
})
