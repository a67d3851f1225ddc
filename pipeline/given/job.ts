/** The main job from what was collected elsewhere: the same estimates, groups, predicted worth and first-order check, and no training. */
import { Effect } from "effect"
import { discountOf } from "../../algorithms/internal.ts"
import type { Algorithm } from "../../algorithms/mod.ts"
import { type ArgumentError, argumentError } from "../../core/failure/mod.ts"
import { child, type Key, key as keyOf } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { Progress } from "../../core/service/progress.ts"
import { gradientEstimators } from "../../core/surrogate/estimators/mod.ts"
import { choices } from "../../core/text/choices.ts"
import type { Catalog } from "../catalog.ts"
import type { RunConfig } from "../config.ts"
import { Workers } from "../jobs/job.ts"
import { forecastText } from "../result/forecast.ts"
import { jobResult } from "../result/result.ts"
import { firstOrderRows, refuseBeyond } from "../stages/first_order/validity.ts"
import { firstOrderCheck } from "../stages/first_order_check.ts"
import { learnersBudget } from "../stages/group_training.ts"
import { grouping } from "../stages/grouping.ts"
import { makeStages } from "../stages/stage.ts"
import type { SeenTask } from "../stages/surrogate/gradients.ts"
import { givenSurrogate } from "../stages/surrogate.ts"
import { chosenColumns } from "./columns.ts"
import { type ActionForm, actionForm, type GivenPolicy, rowEncoder } from "./encode.ts"
import { estimatedAdvantages, type GivenCritic } from "./estimated_advantages.ts"
import { type MeanGradient, seeFeatures, seeMeans } from "./features.ts"
import { loggedRows } from "./logged.ts"
import { proven } from "./proof.ts"
import type { RowSource } from "./rows.ts"
import { seeRows } from "./see.ts"
import { type Survey, survey } from "./survey.ts"

/** What is said of rows beside them. */
export interface RowOptions {
  /** Rows with a number that is not finite are left out. */
  readonly dropNaN?: boolean | undefined
  /** Observations are what the network saw. */
  readonly normalised?: boolean | undefined
  /** Told by their size where it is left out. */
  readonly actions?: ActionForm | undefined
  /** Steps after which an episode is cut off; without it the best episode is the end of returns. */
  readonly maxEpisodeSteps?: number | undefined
}

/** What a run begins with. */
export type Given =
  | {
      readonly rows: RowSource
      /** Without one the rows hold features. */
      readonly policy?: (GivenPolicy & { readonly critic?: GivenCritic | undefined }) | undefined
      readonly options?: RowOptions | undefined
    }
  | { readonly means: readonly MeanGradient[] }

/**
 * Groups of the tasks of given transitions.
 *
 * The groups, their predicted worth and the matrices are those, bit for bit, of a run that saw these transitions at its θ★ and has
 * the same settings.
 *
 * - Errors: `ArgumentError` naming what rows, policy or settings have that cannot be used; `FileError`; `RunStoreError`; `SessionError`,
 *   `SessionLost`.
 */
export const givenJob = (given: Given, catalog: Catalog) =>
  Effect.fn("policygradex.givenJob")(function* (config: RunConfig) {
    const key = yield* fromEither(keyOf(config.seed))
    yield* checkedSettings(config)
    const algorithm = catalog.algorithms.find((a) => a.id === config.algorithm.id)
    const stages = yield* makeStages(yield* Workers, {})
    const { say } = yield* Progress
    const policy = "rows" in given ? given.policy : undefined
    const found = yield* seen(given, config, key)
    if (found.dropped > 0) yield* say(`${found.dropped} rows are left out: they hold numbers that are not finite`)
    const tasks = found.tasks.map((id) => ({ id, environment: config.family.id, params: {} }))
    const { distances, directions, maximum, beyond } = config.firstOrder
    yield* notMoreThan(tasks.length, config)
    const estimated = yield* stages.run(givenSurrogate, {
      tasks,
      seen: found.seen,
      theta: policy?.theta ?? new Float64Array(1).fill(1),
      directions: policy === undefined ? 0 : directions,
      key: child(key, "surrogate"),
      // One subset of all tells no pair of tasks from another.
      config: { ...config.surrogate, subsetSize: Math.min(config.surrogate.subsetSize, Math.max(2, tasks.length - 1)) },
      training: {
        iterations: config.groupTraining.iterations,
        stepsPerTask: config.meta.stepsPerTask,
        updates: found.told ? updatesOf(algorithm, config) : () => undefined
      }
    })
    const { method, k, lambda, price } = config.grouping
    const taskIds = tasks.map((t) => t.id)
    const split = yield* stages.run(grouping({ groupings: catalog.groupings ?? [] }), {
      taskIds,
      gradients: estimated.gradients,
      affinities: estimated.affinities,
      chosen: config.surrogate.affinity,
      key,
      method,
      count: lambda === "off" ? { k } : { lambda },
      ...(price === "off" ? {} : { price }),
      ...(estimated.worth === undefined ? {} : { worth: estimated.worth })
    })
    const checked =
      policy === undefined
        ? undefined
        : { ...estimated.followed, theta: policy.theta, distances, key: child(key, "check") }
    const residuals =
      checked === undefined || policy === undefined
        ? { adapted: [], random: [] }
        : yield* stages.run(firstOrderCheck({ setting: policy, onWorkers: false }), checked)
    if (beyond === "refuse" && policy !== undefined) {
      yield* refuseBeyond(estimated.distances, firstOrderRows(distances, residuals), maximum)
    }
    yield* say(forecastText({ taskIds, worth: estimated.worth, grouping: split, confirmed: false }))
    const result = jobResult({
      config: policy === undefined ? { ...config, firstOrder: { ...config.firstOrder, distances: [] } } : config,
      adapts: false,
      tasks,
      planted: undefined,
      meta: { curve: [] },
      estimated: policy === undefined ? { ...estimated, distances: [] } : estimated,
      residuals,
      grouping: split,
      comparison: undefined,
      truth: { chosen: [], scores: [], repeats: [], trained: [] },
      trained: { rows: [], leftOut: [] },
      spent: stages.ledger.entries(),
      backends: stages.backends
    })
    return { ...result, warnings: [...result.warnings, ...remarks(found, policy !== undefined)] }
  })

/** What a report of given rows must say. */
const remarks = ({ dropped, told }: Pick<Seen, "dropped" | "told">, checked: boolean) => [
  ...(dropped === 0
    ? []
    : [{ level: "note" as const, text: `${dropped} rows were left out: they hold numbers that are not finite` }]),
  ...(checked
    ? []
    : [
        {
          level: "caution" as const,
          text: "gradients came from elsewhere: how far the linear model holds was not checked"
        }
      ]),
  ...(told
    ? []
    : [
        { level: "note" as const, text: "no rewards are told, so worth is a gain in advantage a step and not a return" }
      ])
]

/** Settings that need no environment. */
const checkedSettings = ({
  surrogate: { estimator },
  truth: { mode }
}: RunConfig): Effect.Effect<void, ArgumentError> => {
  const known = gradientEstimators.map((e): string => e.id)
  if (!known.includes(estimator)) {
    return Effect.fail(
      argumentError({
        doing: "group given rows",
        want: `surrogate.estimator ${choices(known, estimator)}`,
        got: estimator,
        fix: "the others play the tasks, or look at single transitions"
      })
    )
  }
  if (mode === "sample") return Effect.void
  return Effect.fail(
    argumentError({ doing: "group given rows", want: "truth.mode sample", got: mode, fix: "nothing is trained here" })
  )
}

/** How many tasks there are is known late. */
const notMoreThan = (tasks: number, { grouping: { k } }: RunConfig): Effect.Effect<void, ArgumentError> =>
  typeof k === "number" && k > tasks
    ? Effect.fail(
        argumentError({ doing: "use grouping.k", want: `at most the ${tasks} tasks of the rows`, got: `${k}` })
      )
    : Effect.void

const updatesOf = (algorithm: Algorithm<unknown> | undefined, config: RunConfig) => (members: number) =>
  algorithm?.updates?.(config.algorithm[algorithm.id], {
    tasks: members,
    stepsPerTask: config.meta.stepsPerTask,
    environmentsPerTask: config.meta.vector,
    budget: learnersBudget(config.groupTraining)
  })

/** What was seen of the tasks, and whether their returns are told. */
interface Seen {
  readonly tasks: readonly string[]
  readonly seen: readonly SeenTask[]
  readonly told: boolean
  readonly dropped: number
}

const seen = Effect.fnUntraced(function* (given: Given, config: RunConfig, key: Key) {
  if ("means" in given) {
    const tasks = given.means.map((m) => m.id)
    return { tasks, seen: seeMeans(given.means, key), told: false, dropped: 0 } satisfies Seen
  }
  const { rows, policy, options = {} } = given
  const { normaliseAdvantages: normalise } = config.surrogate
  const columns = yield* chosenColumns(rows, policy?.policy)
  const first = yield* survey(rows, columns, policy?.policy, options.dropNaN === true)
  const limit = options.maxEpisodeSteps
  yield* possibleLimit(rows.name, first, limit)
  const found = (tasks: Survey["tasks"], all: readonly SeenTask[]): Seen => ({
    tasks: tasks.map((t) => t.id),
    seen: limit === undefined ? all : all.map((t) => ({ ...t, limit })),
    told: tasks.every((t) => t.episodes !== undefined),
    dropped: first.dropped
  })
  if (policy === undefined) {
    if (columns.advantage === undefined) {
      return yield* Effect.fail(
        argumentError({
          doing: `read ${rows.name}`,
          want: "a column advantage beside features",
          got: "none",
          fix: "a critic needs observations: estimate advantages where the features come from"
        })
      )
    }
    return found(first.tasks, yield* seeFeatures(rows, columns, first, normalise))
  }
  const form = options.actions ?? actionForm(policy.policy, first)
  const normalised = options.normalised === true
  if (columns.logProb !== undefined)
    yield* proven(rows.name, yield* loggedRows(rows, columns, policy), policy, { form, normalised })
  else if (!normalised) yield* notTwice(rows.name, policy, first)
  const encoder = yield* fromEither(rowEncoder(policy, form, normalised))
  const { gamma, lambda } = discountOf(config.algorithm[config.algorithm.id])
  const how = { gamma, lambda, baseline: config.surrogate.baseline, critic: policy.critic }
  const tasks =
    columns.advantage === undefined
      ? yield* Effect.scoped(estimatedAdvantages(rows, columns, first, { policy: policy.policy, encoder }, how))
      : first.tasks
  return found(tasks, yield* seeRows(rows, columns, { tasks, taskOf: first.taskOf }, { ...policy, encoder }, normalise))
})

/** Refuses a time limit that an episode of the rows goes beyond. */
const possibleLimit = (
  name: string,
  { tasks }: Survey,
  limit: number | undefined
): Effect.Effect<void, ArgumentError> => {
  const longest = tasks.reduce((most, { episodes }) => Math.max(most, episodes?.longest ?? 1), 1)
  if (limit === undefined || (Number.isInteger(limit) && limit >= longest)) return Effect.void
  const want = `max episode steps of at least ${longest}, as the longest episode has`
  const fix = "give the steps after which the environment cuts an episode off, or leave it out"
  return Effect.fail(argumentError({ doing: `read ${name}`, want, got: `${limit}`, fix }))
}

/**
 * Refuses observations that look normalised already: their moments are far from those that the policy normalises by, and near mean 0,
 * deviation 1.
 */
const notTwice = (
  name: string,
  { policy, moments }: GivenPolicy,
  { observation }: Survey
): Effect.Effect<void, ArgumentError> => {
  if (moments === undefined || policy.config.normalise?.observation !== true) return Effect.void
  const n = policy.inputs
  const [count = 1] = moments
  let [raw, already] = [0, 0]
  for (let i = 0; i < n; i++) {
    const [mean, deviation] = [moments[1 + i]!, Math.sqrt(moments[1 + n + i]! / count + 1e-8)]
    const own = Math.sqrt(observation.variance[i]!)
    raw += distance((observation.mean[i]! - mean) / deviation, own / deviation)
    already += distance(observation.mean[i]!, own)
  }
  if (!(already < raw / 4 && raw > n)) return Effect.void
  return Effect.fail(
    argumentError({
      doing: `use ${name} with this policy`,
      want: "observations as the environment gave them, which the policy normalises",
      got: `some with mean ${average(observation.mean)} and deviation ${average(observation.variance.map(Math.sqrt))}, normalised already as it seems`,
      fix: "say so by --normalised, or log them before VecNormalize"
    })
  )
}

/** How far a mean and a deviation are from 0 and 1. */
const distance = (mean: number, deviation: number): number => mean ** 2 + Math.log(Math.max(deviation, 1e-6)) ** 2

const average = (x: Float64Array): string => Number((x.reduce((a, b) => a + b, 0) / x.length).toPrecision(2)).toString()
