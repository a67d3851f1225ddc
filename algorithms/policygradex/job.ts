/** The main job: from a configuration to groups and what they are worth, every stage's numbers in the run's store. */
import { Effect } from "effect"
import { type GroupCount, randomGroups } from "../../core/grouping/mod.ts"
import type { RunConfig } from "../../core/pipeline/config.ts"
import { firstOrderTable } from "../../core/pipeline/first_order_table.ts"
import { Progress } from "../../core/pipeline/progress.ts"
import { RunStore } from "../../core/pipeline/run_store.ts"
import { Session, type SessionLost } from "../../core/pipeline/session.ts"
import { child, key as keyOf, random, stream } from "../../core/random/mod.ts"
import { findFamily } from "../../envs/mod.ts"
import { lift } from "../error.ts"
import { over } from "../settings.ts"
import { checkBy } from "./checking.ts"
import { checkFirstOrder, estimate } from "./estimate.ts"
import { evaluatorBy } from "./evaluating.ts"
import { filmsOf } from "./films.ts"
import { groupsOf, trainGroups } from "./group_training.ts"
import { groupBy } from "./grouping.ts"
import { makeLedger, totalCost } from "./ledger.ts"
import { observedBy } from "./observing.ts"
import { inWords, jobResult } from "./result.ts"
import { rolloutsBy } from "./rolling.ts"
import { logIteration, putMeta, putPolicies, putSurrogate, putTruth, putWorth } from "./save.ts"
import { type Known, settingOf, type TrainingSpec } from "./spec.ts"
import { meanOf, type Trained, train } from "./training.ts"
import { comparable, compareWithTruth, labelsOf, rowsOf, trainSubsets } from "./truth.ts"
import { firstOrderRows, refuseBeyond } from "./validity.ts"
import { Workers, workersHere } from "./work.ts"

/** Trainings may be done on other threads, so each tells what it cost. */
const costOfTrainings = (done: { readonly trained: readonly Trained[] }) => totalCost(done.trained.map((t) => t.cost))

/**
 * Runs every stage in order: meta-training, estimates, first-order check, grouping, truth, group training.
 *
 * `known` is where ids are looked up. What a stage finished is in the store before the next one starts.
 *
 * - Source: Zhang et al., algorithms 1 and 2 and section 4.
 */
export const mainJob = (known: Known) =>
  Effect.fn("policygradex.mainJob")(function* (config: RunConfig) {
    const progress = yield* Progress
    const store = yield* RunStore
    const session = yield* Session
    const ledger = yield* makeLedger
    const root = yield* lift(keyOf(config.seed))
    const drawing = (name: string): (() => number) => {
      const s = stream(child(root, name))
      return () => random(s)
    }
    const family = yield* lift(findFamily(known.registry, config.family.id))
    const { tasks, planted } = yield* lift(family.tasks({ ...config.family.options, n: config.family.n }))
    const n = tasks.length
    const { id: algorithm, ppo, options } = config.algorithm
    const defaults = known.algorithms.find((a) => a.id === algorithm)?.defaults
    const spec: TrainingSpec = {
      environment: family.environment.id,
      algorithm,
      algorithmConfig: algorithm === "ppo" ? ppo : over(defaults, options ?? {}),
      network: config.network,
      taskIds: tasks.map((t) => t.id),
      vector: config.meta.vector,
      stepsPerTask: config.meta.stepsPerTask,
      episodes: config.evaluation.episodes
    }
    const setting = yield* settingOf(spec, known)

    /** Environments of another process stay in this thread: that process is what plays them beside it. */
    const elsewhere = setting.environment.open !== undefined
    const workers = elsewhere ? yield* workersHere(known) : yield* Workers

    /** Parts by the workers; where calls are dear or episodes elsewhere, all tasks share each call, in this thread. */
    const inParts = <A>(parts: A): A | undefined => (session.capabilities.dearCalls || elsewhere ? undefined : parts)

    /** Tells of each finished training. */
    const counting = (stage: string) =>
      Effect.fnUntraced(function* (total: number) {
        let [done, steps] = [0, 0]
        yield* progress.report({ stage, done, total, unit: "trainings", steps })
        return (_: number, t: Trained): Effect.Effect<void> => {
          done++
          steps += t.steps
          return progress.report({ stage, done, total, unit: "trainings", steps })
        }
      })
    const single = <A, E, R>(stage: string, work: Effect.Effect<A, E, R>): Effect.Effect<A, E | SessionLost, R> =>
      Effect.gen(function* () {
        yield* progress.report({ stage, done: 0, total: 1, unit: "steps" })
        const out = yield* ledger.stage(stage, work)
        yield* progress.report({ stage, done: 1, total: 1, unit: "steps" })
        return out
      })

    const total = config.meta.iterations
    const until = config.meta.target === "off" ? undefined : config.meta.target
    yield* progress.report({ stage: "meta-training", done: 0, total, unit: "iterations", steps: 0 })
    const meta = yield* ledger.stage(
      "meta-training",
      train(
        setting,
        { tasks, iterations: total, key: child(root, "meta") },
        (seen) => {
          const mean = meanOf(seen.returns)
          const note = Number.isNaN(mean) ? {} : { note: `mean return ${inWords(mean)}` }
          const stage = { stage: "meta-training", done: seen.iteration + 1, total, unit: "iterations" }
          return Effect.andThen(
            logIteration("meta-training", seen, spec.taskIds),
            progress.report({ ...stage, steps: seen.steps, ...note })
          )
        },
        until,
        inParts({
          rollouts: rolloutsBy(workers, spec, tasks, progress.say),
          evaluator: evaluatorBy(workers, spec, tasks)
        })
      )
    )
    yield* putMeta(setting, tasks, meta)

    const surrogate = { ...config.surrogate, gamma: ppo.gamma, lambda: ppo.lambda }
    const surrogateKey = child(root, "surrogate")
    const observed = inParts(observedBy(workers, spec, tasks, meta, surrogate, surrogateKey))
    const estimated = yield* single("surrogate", estimate(setting, tasks, meta, surrogate, surrogateKey, observed))
    yield* putSurrogate(estimated, tasks)

    const { distances, directions } = config.firstOrder
    const residuals = yield* single(
      "first-order check",
      checkFirstOrder(
        setting,
        meta,
        estimated,
        surrogate.dimension,
        directions,
        distances,
        child(root, "check"),
        checkBy(workers, spec, meta.policy, distances)
      )
    )

    const firstOrder = firstOrderRows(distances, residuals)
    yield* store.put("first-order", "table", firstOrderTable(firstOrder))
    if (config.firstOrder.beyond === "refuse") {
      yield* refuseBeyond(estimated.distances, firstOrder, config.firstOrder.maximum)
    }

    const { lambda } = config.grouping
    const asked: GroupCount = lambda === "off" ? { k: config.grouping.k } : { lambda }
    const affinity = rowsOf(estimated.affinities[config.surrogate.affinity])
    const request = { ...asked, method: config.grouping.method, random: drawing("rounding") }
    const grouping = yield* single(
      "grouping",
      Effect.suspend(() => lift(groupBy(affinity, request, known.groupings)))
    )
    const { k } = grouping
    const labels = {
      chosen: grouping.labels,
      centred: labelsOf(estimated.affinities.centred, k, drawing("rounding")),
      gain: labelsOf(estimated.affinities.gain, k, drawing("rounding")),
      eq5: labelsOf(estimated.affinities.eq5, k, drawing("rounding")),
      cosine: labelsOf(estimated.affinities.cosine, k, drawing("rounding")),
      random: Array.from(randomGroups(n, k, drawing("random groups")))
    }
    yield* store.put("grouping", "groups", { kind: "json", value: { k, tasks: spec.taskIds, labels } })

    const start = { policy: meta.policy, value: meta.value }
    const { stepsPerTask, episodes: assessments } = config.truth
    const truthSpec = { ...spec, stepsPerTask, assessments }
    const truth = yield* ledger.stage(
      "truth",
      trainSubsets(
        truthSpec,
        tasks,
        estimated.subsets,
        config.truth,
        start,
        child(root, "truth"),
        counting("truth")
      ).pipe(Effect.provideService(Workers, workers)),
      costOfTrainings
    )
    const estimates = truth.chosen.map((s) => estimated.scores[s]!)
    const comparison = comparable(truth)
      ? compareWithTruth(estimates, truth, n, k, child(root, "agreement"))
      : undefined
    if (truth.trained.length > 0) yield* putTruth(truth, comparison?.affinity, tasks)

    const groupings = {
      [config.grouping.method]: labels.chosen,
      "gradient similarity": labels.cosine,
      random: labels.random,
      "all in one": new Array<number>(n).fill(0)
    }
    const { worth, policies, policiesOf } = yield* ledger.stage(
      "group training",
      trainGroups(
        spec,
        tasks,
        groupings,
        config.groupTraining,
        start,
        child(root, "groups"),
        counting("group training")
      ).pipe(Effect.provideService(Workers, workers)),
      costOfTrainings
    )
    yield* putWorth(worth, tasks)
    const groups = groupsOf(labels.chosen)
    yield* putPolicies(setting, tasks, groups, groups.map(policiesOf))
    const films = yield* filmsOf(setting, tasks, policies(labels.chosen), child(root, "films"))
    const result = jobResult({
      config,
      tasks,
      planted,
      meta,
      estimated,
      residuals,
      grouping,
      labels,
      truth,
      comparison,
      worth,
      spent: ledger.entries()
    })
    return { ...result, films }
  })
