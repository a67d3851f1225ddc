/** Stage: what groupings are worth: a policy for each group, trained from θ★ with the same budget a task. */

import { Effect, Schema } from "effect"
import { type Acting, type Start, savePolicy } from "../../algorithms/mod.ts"
import { child } from "../../core/random/mod.ts"
import { Numbers } from "../../core/service/data.ts"
import { Progress } from "../../core/service/progress.ts"
import { RunStore } from "../../core/service/run_store.ts"
import type { Task } from "../../envs/mod.ts"
import type { GroupTrainingConfig } from "../config.ts"
import { Workers } from "../jobs/job.ts"
import { finalMeans, type Setting, Trained } from "../jobs/training.ts"
import { trainAll } from "../jobs/training_job.ts"
import type { StageContext, TasksOfSpec } from "./context.ts"
import { Labels } from "./schemas.ts"
import { stage } from "./stage.ts"
import { type Begin, costOfTrainings, counting } from "./trainings.ts"

export interface GroupTrainingInput extends TasksOfSpec {
  /** Labels of the tasks by every grouping that is compared. */
  readonly groupings: Readonly<Record<string, readonly number[]>>
  /** Whose policies are saved. */
  readonly chosen: string
  readonly config: GroupTrainingConfig
  readonly start: Start
}

/** A group with a seed: one training. */
const GroupJob = Schema.Struct({ id: Schema.String, members: Schema.Array(Schema.Int), seed: Schema.Int })
type GroupJob = typeof GroupJob.Type

/** A grouping by what its groups reached. */
export const GroupReturns = Schema.Struct({
  method: Schema.String,
  labels: Labels,
  /** Mean return of every task under its group's policy, a row a seed. */
  returns: Schema.Array(Numbers),
  /** Share of a task's episodes that succeeded, likewise, where the environment tells. */
  successRates: Schema.optionalKey(Schema.Array(Numbers))
})
export type GroupReturns = typeof GroupReturns.Type

/** Every training, and what the groupings are worth by them. */
const GroupsTrained = Schema.Struct({
  jobs: Schema.Array(GroupJob),
  /** In the order of the jobs. */
  trained: Schema.Array(Trained),
  worth: Schema.Array(GroupReturns)
})
type GroupsTrained = typeof GroupsTrained.Type

export const groupTraining = ({ setting }: StageContext) =>
  stage({
    name: "group training",
    result: GroupsTrained,
    costOf: costOfTrainings,
    run: Effect.fnUntraced(function* (input: GroupTrainingInput, { workers }) {
      const training = trainGroups(input, counting("group training", yield* Progress))
      return yield* Effect.provideService(training, Workers, workers)
    }),
    save: Effect.fnUntraced(function* ({ tasks, groupings, chosen }, result) {
      yield* putReturns(result.worth, tasks)
      for (const [g, members] of groupsOf(groupings[chosen] ?? []).entries()) {
        const of = members.map((t) => tasks[t]!)
        yield* putPolicies(setting, of, g, policiesOf(result, members))
      }
    })
  })

/** Members of each group, in the order of the labels' first appearance. */
export const groupsOf = (labels: readonly number[]): readonly (readonly number[])[] =>
  [...new Set(labels)].map((l) => labels.flatMap((x, i) => (x === l ? [i] : [])))

/**
 * Trains the groups of all groupings. A group that several groupings share is trained once a seed, and the same seed gives
 * the same training whatever else is compared.
 */
export const trainGroups = Effect.fn("policygradex.trainGroups")(function* (
  { spec, tasks, groupings, config: c, start, key }: GroupTrainingInput,
  begin: Begin
) {
  const distinct = new Map(
    Object.values(groupings).flatMap((labels) =>
      groupsOf(labels).map((g): [string, readonly number[]] => [g.join(" "), g])
    )
  )
  const jobs = Array.from({ length: c.seeds }, (_, seed) =>
    [...distinct].map(([id, members]): GroupJob => ({ id, members, seed }))
  ).flat()
  const trained = yield* trainAll(
    spec,
    jobs.map(({ id, members, seed }) => ({
      tasks: members.map((t) => tasks[t]!),
      iterations: c.iterations,
      key: child(key, seed, id),
      start
    })),
    yield* begin(jobs.length)
  )
  const outcome = { jobs, trained }
  /** What the trainings of a grouping's groups say of each task, a row a seed. */
  const byTask = (labels: readonly number[], of: (t: Trained) => readonly number[]) =>
    Array.from({ length: c.seeds }, (_, seed) => {
      const row = new Array<number>(tasks.length).fill(Number.NaN)
      for (const members of groupsOf(labels)) {
        const t = trainingOf(outcome, members, seed)
        for (const [a, v] of (t === undefined ? [] : of(t)).entries()) row[members[a]!] = v
      }
      return row
    })
  const told = trained.every((t) => t.successRates !== undefined)
  const worth = Object.entries(groupings).map(
    ([method, labels]): GroupReturns => ({
      method,
      labels,
      returns: byTask(labels, finalMeans),
      ...(told ? { successRates: byTask(labels, (t) => t.successRates ?? []) } : {})
    })
  )
  const result: GroupsTrained = { ...outcome, worth }
  return result
})

const trainingOf = ({ jobs, trained }: Omit<GroupsTrained, "worth">, members: readonly number[], seed: number) =>
  trained[jobs.findIndex((j) => j.seed === seed && j.id === members.join(" "))]

/** The policy of each task under these labels, of the first seed; of meta-learners what it adapted to. */
export const policiesBy = (all: GroupsTrained, labels: readonly number[]): readonly (Acting | undefined)[] => {
  const groups = groupsOf(labels)
  return labels.map((_, task) => {
    const members = groups.find((g) => g.includes(task)) ?? []
    const of = trainingOf(all, members, 0)
    return of && { policy: of.adapted?.[members.indexOf(task)] ?? of.policy, moments: of.moments }
  })
}

/** The policies of a group that was trained, by seed. */
const policiesOf = ({ jobs, trained }: GroupsTrained, members: readonly number[]): readonly Trained[] =>
  trained.filter((_, i) => jobs[i]?.id === members.join(" "))

const putReturns = Effect.fnUntraced(function* (worth: readonly GroupReturns[], tasks: readonly Task[]) {
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

/** A group's policy of each seed, with the tasks of the group. Groups are counted from 1, as reports do, seeds from 0. */
const putPolicies = Effect.fnUntraced(function* (
  { policy, algorithm, environment }: Setting<unknown>,
  tasks: readonly Task[],
  group: number,
  policies: readonly Acting[]
) {
  const store = yield* RunStore
  for (const [seed, { policy: theta, moments }] of policies.entries()) {
    const saved = savePolicy(policy, theta, { algorithm, environment, tasks, moments })
    yield* store.put("group-training", `policy-group-${group + 1}-seed-${seed}`, { kind: "tensors", ...saved })
  }
})
