/** What a job leaves in its store, stage by stage. */
import { Effect } from "effect"
import type { Acting } from "../../algorithms/algorithm.ts"
import { savePolicy } from "../../algorithms/saved_policy.ts"
import type { Floats } from "../../core/random/mod.ts"
import { Progress } from "../../core/service/progress.ts"
import { type EventRow, RunStore } from "../../core/service/run_store.ts"
import type { Affinity, Subset, SubsetScore } from "../../core/surrogate/mod.ts"
import type { Task } from "../../envs/mod.ts"
import { curveMeans, finalMeans, type IterationReport, type Setting, type Trained } from "../jobs/training.ts"
import type { GroupReturns } from "../stages/group_training.ts"
import type { Truth } from "../stages/truth.ts"

/** Rows of the event log: mean return and the algorithm's own figures of one iteration, by task. */
export const rowsOf = (
  stage: string,
  { iteration, returns, metrics }: Omit<IterationReport, "steps">,
  taskIds: readonly string[]
): readonly EventRow[] =>
  returns.flatMap((value, i) => {
    const at = { stage, step: iteration, task: taskIds[i]! }
    // By name: what was kept does not know in which order a learner names its figures.
    const named = Object.entries(metrics[i]!).sort(([a], [b]) => (a < b ? -1 : 1))
    const figures = named.map(([metric, v]) => ({ ...at, metric, value: v }))
    return Number.isNaN(value) ? figures : [{ ...at, metric: "meanReturn", value }, ...figures]
  })

/** Sees to it that the log has the rows of all that a training has done, and of nothing beyond; says if it had not. */
export const relogTraining = Effect.fnUntraced(function* (
  stage: string,
  { curve, metrics }: Pick<Trained, "curve" | "metrics">,
  taskIds: readonly string[]
) {
  const store = yield* RunStore
  const { say } = yield* Progress
  const rows = curve.flatMap((returns, i) => rowsOf(stage, { iteration: i, returns, metrics: metrics[i]! }, taskIds))
  const missing = yield* store.relog(stage, rows)
  if (missing > 0) yield* say(`The log lacked ${missing} of ${rows.length} rows of ${stage}: they were written again`)
})

/** How a learner's own arrays are called in a policy's file. */
export const STATE = "state."

const stateArrays = (arrays: Readonly<Record<string, Floats>>) =>
  Object.fromEntries(Object.entries(arrays).map(([name, data]) => [`${STATE}${name}`, data]))

/** θ★, with all that a training or an adaptation needs to go on from it. */
export const putMeta = Effect.fnUntraced(function* (
  { policy, algorithm, environment }: Setting<unknown>,
  tasks: readonly Task[],
  meta: Trained
) {
  const store = yield* RunStore
  const others = Object.entries({ value: meta.value, ...stateArrays(meta.arrays ?? {}) })
  const saved = savePolicy(
    policy,
    meta.policy,
    { algorithm, environment, tasks, moments: meta.moments },
    others.map(([name, data]) => ({ name, shape: [data.length], data }))
  )
  yield* store.put("meta-training", "policy", { kind: "tensors", ...saved })
  yield* store.put("meta-training", "curve", {
    kind: "array",
    shape: [meta.curve.length, meta.curve[0]?.length ?? 0],
    data: Float64Array.from(meta.curve.flat())
  })
})

export const putSurrogate = Effect.fnUntraced(function* (
  estimated: {
    readonly subsets: readonly Subset[]
    readonly scores: readonly SubsetScore[]
    readonly printed: readonly SubsetScore[]
    readonly gradients: readonly Float64Array[]
    readonly distances: readonly number[]
    readonly solved: {
      readonly objective: Float64Array
      readonly gradientNorm: Float64Array
      readonly iterations: Int32Array
    }
    readonly affinities: Readonly<Record<string, Affinity>>
  },
  tasks: readonly Task[]
) {
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

/** What the trained subsets reached; their affinity, where they say anything about one. */
export const putTruth = Effect.fnUntraced(function* (
  truth: Truth,
  affinity: Affinity | undefined,
  tasks: readonly Task[]
) {
  const store = yield* RunStore
  if (affinity !== undefined) {
    yield* store.put("affinity", "truth", { kind: "array", shape: [affinity.n, affinity.n], data: affinity.values })
  }
  yield* store.put("truth", "returns", {
    kind: "table",
    columns: ["repeat", "subset", "task", "curve_mean", "final_mean"],
    rows: truth.trained.flatMap((t, i) => {
      const members = truth.scores[i % truth.chosen.length]!.tasks
      const [curve, final] = [curveMeans(t), finalMeans(t)]
      const repeat = Math.floor(i / truth.chosen.length)
      return members.map((task, a) => [repeat, members.join(" "), tasks[task]!.id, curve[a]!, final[a]!])
    })
  })
})

export const putWorth = Effect.fnUntraced(function* (worth: readonly GroupReturns[], tasks: readonly Task[]) {
  const store = yield* RunStore
  const told = worth.every((w) => w.successRates !== undefined)
  yield* store.put("group-training", "returns", {
    kind: "table",
    columns: ["method", "seed", "task", "group", "mean_return", ...(told ? ["success_rate"] : [])],
    rows: worth.flatMap((w) =>
      w.returns.flatMap((row, seed) =>
        row.map((v, t) => {
          const rate = w.successRates?.[seed]?.[t]
          return [w.method, seed, tasks[t]!.id, w.labels[t]!, v, ...(rate === undefined ? [] : [rate])]
        })
      )
    )
  })
})

/** The name of a group's policy in the store; groups are counted from 1, as reports do, seeds from 0. */
const policyName = (group: number, seed: number): string => `policy-group-${group + 1}-seed-${seed}`

/** A policy a group and seed, each with the tasks of its group. */
export const putPolicies = Effect.fnUntraced(function* (
  { policy, algorithm, environment }: Setting<unknown>,
  tasks: readonly Task[],
  groups: readonly (readonly number[])[],
  policies: readonly (readonly Acting[])[]
) {
  const store = yield* RunStore
  for (const [g, members] of groups.entries()) {
    const origin = { algorithm, environment, tasks: members.map((t) => tasks[t]!) }
    for (const [seed, { policy: theta, moments }] of policies[g]!.entries()) {
      const saved = savePolicy(policy, theta, { ...origin, moments })
      yield* store.put("group-training", policyName(g, seed), { kind: "tensors", ...saved })
    }
  }
})
