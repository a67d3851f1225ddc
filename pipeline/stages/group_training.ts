/** Stage: what groups are worth: policies of every row of the comparison, trained from θ★ with the same budget. */
import { Effect, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { savePolicy } from "../../algorithms/internal.ts"
import type { Acting, Budget, Fixed } from "../../algorithms/mod.ts"
import { partition } from "../../core/grouping/mod.ts"
import { child } from "../../core/random/mod.ts"
import { RunStore } from "../../core/service/run_store.ts"
import { Cost, totalCost } from "../../core/service/session.ts"
import type { Task } from "../../envs/mod.ts"
import type { GroupTrainingConfig } from "../config.ts"
import { Workers } from "../jobs/job.ts"
import { type Assignment, finalMeans, type Setting, Trained } from "../jobs/training.ts"
import { trainAll } from "../jobs/training_job.ts"
import { allGroups, bestRow, comparedRows, LeftOut, type Row, type RowsAsked } from "./comparison.ts"
import type { StageContext, TasksOfSpec } from "./context.ts"
import { putReturns, RowReturns } from "./group_returns.ts"
import { Labels } from "./schemas.ts"
import { stage } from "./stage.ts"
import { toldStart } from "./told.ts"
import { type Begin, type Named, ofTasks, relogCurves, TrainingCurve, telling } from "./trainings.ts"

export interface GroupTrainingInput extends TasksOfSpec, Pick<RowsAsked, "method" | "labels"> {
  readonly config: GroupTrainingConfig
  readonly start: Fixed
}

/** Trainings done before, by {@link trainingName}. */
interface TakenOver {
  readonly before?: ReadonlyMap<string, Trained>
}

/** What all rows reached, and what the chosen groups ended with. */
const GroupsTrained = Schema.Struct({
  rows: Schema.Array(RowReturns),
  leftOut: Schema.Array(LeftOut),
  /** Of the tool's groups, every group of every seed. */
  policies: Schema.Array(Schema.Struct({ members: Labels, seed: Schema.Int, trained: Trained })),
  /** Of every training. */
  curves: Schema.Array(TrainingCurve),
  cost: Cost
})
type GroupsTrained = typeof GroupsTrained.Type

const stageName = "group training"

/** `before` are trainings by their {@link trainingName} that were done already: taken over, they are what this stage would do. */
export const groupTraining = ({ setting }: StageContext, before: ReadonlyMap<string, Trained> = new Map()) =>
  stage({
    name: stageName,
    result: GroupsTrained,
    costOf: ({ cost }) => cost,
    run: Effect.fnUntraced(function* (input: GroupTrainingInput, { workers }) {
      const begin = yield* telling(stageName, input.spec.taskIds)
      const training = trainGroups({ ...input, before }, setting, begin)
      return yield* Effect.provideService(training, Workers, workers)
    }),
    save: Effect.fnUntraced(function* ({ spec, tasks, labels }, { rows, policies, curves }) {
      yield* relogCurves(stageName, spec.taskIds, curves)
      yield* putReturns(rows, tasks)
      for (const [g, members] of groupsOf(labels.chosen).entries()) {
        const of = members.map((t) => tasks[t]!)
        yield* putPolicies(setting, of, g, policiesOf(policies, members))
      }
    })
  })

/** Members of each group, in the order of the labels' first appearance. */
export const groupsOf = (labels: readonly number[]): readonly (readonly number[])[] => partition(labels).groups

/** A group with a seed: one training. */
interface GroupJob {
  readonly id: string
  readonly members: readonly number[]
  readonly seed: number
  readonly told: boolean
}

/** The learners' part of the budget: with equal operations they update equally often, whatever the number of tasks. */
export const learnersBudget = ({ budget }: Pick<GroupTrainingConfig, "budget">): Budget =>
  budget === "compute" ? "updates" : budget

/** A training that is known by its group and seed, whoever did it. */
export const trainingName = (members: readonly number[], seed: number): string => `${seed}: ${members.join(" ")}`

/** What every training of groups has in common. */
export interface GroupTrainings extends Pick<TasksOfSpec, "tasks" | "key"> {
  readonly iterations: number
  readonly start: Fixed
}

/** The training of a group with a seed, as people are told of it: groups are counted from 1, seeds from 0. */
const namedBy =
  (groups: readonly (readonly number[])[]) =>
  ({ members, seed, told }: GroupJob): Named => {
    const group = groups.findIndex((g) => g.join() === members.join())
    if (told) return { name: `all tasks, told which/seed ${seed}`, members }
    return group < 0 ? ofTasks(members, `seed ${seed}`) : { name: `group ${group + 1}/seed ${seed}`, members }
  }

/** The training of a group with a seed. */
export const groupAssignment = (
  { tasks, key, iterations, start }: GroupTrainings,
  members: readonly number[],
  seed: number
): Assignment => ({
  tasks: members.map((t) => tasks[t]!),
  iterations,
  key: child(key, seed, members.join(" ")),
  start
})

/** The trainings of one trial of a row. */
const jobsOf = ({ kind }: Pick<Row, "kind">, { labels, seed }: Row["trials"][number]): readonly GroupJob[] => {
  return groupsOf(labels).map((members) => jobOf(members, seed, kind === "told"))
}

const jobOf = (members: readonly number[], seed: number, told = false): GroupJob => ({
  id: `${told ? "told " : ""}${members.join(" ")}`,
  members,
  seed,
  told
})

/**
 * Trains all rows. A group that several of them share is trained once a seed, and the same seed gives the same training
 * whatever else is compared.
 *
 * - Errors: `AssignmentError` naming the training that failed; `ArgumentError` of a refused setting.
 */
export const trainGroups = Effect.fn("policygradex.trainGroups")(function* (
  { spec, tasks, method, labels, config: c, start, key, before = new Map() }: GroupTrainingInput & TakenOver,
  setting: Setting<unknown>,
  begin: Begin
) {
  const { architectures } = (yield* Workers).catalog
  const wide = toldStart(setting, spec.taskIds, architectures, start)
  const untold = E.isLeft(wide) ? wide.left : undefined
  const n = tasks.length
  const { rows, leftOut } = comparedRows({ method, labels, ...c, untold, key })
  const name = ({ id, seed }: Pick<GroupJob, "id" | "seed">): string => `${seed}: ${id}`
  const single = ({ members, told }: GroupJob): boolean => members.length === 1 && !told
  // With equal operations only a task alone is trained as for a decision.
  const known = (j: GroupJob): Trained | undefined =>
    c.budget === "compute" && !single(j) ? undefined : before.get(name(j))
  const every = Array.from({ length: c.seeds }, (_, seed) => seed)
  const wanted = [
    ...rows.flatMap((r) => r.trials.flatMap((t) => jobsOf(r, t))),
    ...(n <= c.exhaustiveUpTo ? every.flatMap((seed) => allGroups(n).map((g) => jobOf(g, seed))) : [])
  ]
  const distinct = new Map(wanted.map((j) => [name(j), j]))
  const done = new Map([...distinct].flatMap(([id, j]) => (known(j) === undefined ? [] : [[id, known(j)!] as const])))
  const jobs = [...distinct].flatMap(([id, j]) => (done.has(id) ? [] : [j])).toSorted((a, b) => a.seed - b.seed)
  const tell = yield* begin(jobs.length)
  const groups = groupsOf(labels.chosen)
  const named = namedBy(groups)
  const spent: Trained[] = []
  const doAll = Effect.fnUntraced(function* (jobs: readonly GroupJob[], more: (j: GroupJob) => Partial<Assignment>) {
    const assignments = jobs.map((j): Assignment => {
      const own = groupAssignment({ tasks, key, iterations: c.iterations, start }, j.members, j.seed)
      const told = j.told && E.isRight(wide) ? { told: j.told, start: wide.right, key: child(key, j.seed, j.id) } : {}
      return { ...own, ...told, ...more(j) }
    })
    const told = (i: number, t: Trained) => tell(named(jobs[i]!), t)
    const trained = yield* trainAll({ ...spec, budget: learnersBudget(c) }, assignments, told)
    for (const [i, j] of jobs.entries()) done.set(name(j), trained[i]!)
    spent.push(...trained)
  })
  const trainingOf = (j: GroupJob): Trained => done.get(name(j))!
  if (c.budget === "compute") {
    yield* doAll(jobs.filter(single), () => ({}))
    const alone = (task: number, seed: number): number => trainingOf(jobOf([task], seed)).operations
    yield* doAll(
      jobs.filter((j) => !single(j)),
      ({ members, seed }) => ({ operations: members.reduce((sum, t) => sum + alone(t, seed), 0) })
    )
  } else yield* doAll(jobs, () => ({}))
  const total = (members: readonly number[], seed: number): number =>
    finalMeans(trainingOf(jobOf(members, seed))).reduce((sum, v) => sum + v, 0)
  const all = n <= c.exhaustiveUpTo ? [...rows, bestRow(n, c.seeds, total)] : rows
  const result: GroupsTrained = {
    rows: all.map((r) => rowReturns(r, trainingOf)),
    leftOut,
    policies: every.flatMap((seed) =>
      groups.map((members) => ({ members, seed, trained: trainingOf(jobOf(members, seed)) }))
    ),
    curves: [...distinct.values()].map((j) => ({ ...named(j), curve: trainingOf(j).curve })),
    cost: totalCost(spent.map((t) => t.cost))
  }
  return result
})

/** What the trainings say of a row. */
const rowReturns = (row: Row, trainingOf: (j: GroupJob) => Trained): RowReturns => {
  const trials = row.trials.map((trial) => {
    const jobs = jobsOf(row, trial)
    const trained = jobs.map(trainingOf)
    const byTask = (of: (t: Trained) => readonly number[]): readonly number[] => {
      const values = new Array<number>(trial.labels.length).fill(Number.NaN)
      for (const [g, { members }] of jobs.entries())
        for (const [a, v] of of(trained[g]!).entries()) values[members[a]!] = v
      return values
    }
    const told = trained.every((t) => t.successRates !== undefined)
    const returns = {
      ...trial,
      returns: byTask(finalMeans),
      ...(told ? { successRates: byTask((t) => t.successRates ?? []) } : {})
    }
    return { returns, trained }
  })
  const perTrial = (of: (t: Trained) => number): number =>
    trials.reduce((sum, { trained }) => sum + trained.reduce((s, t) => s + of(t), 0), 0) / trials.length
  return {
    kind: row.kind,
    method: row.method,
    labels: row.labels,
    trials: trials.map((t) => t.returns),
    operations: perTrial((t) => t.operations),
    steps: perTrial((t) => t.steps)
  }
}

/** The policy of each task under these labels, of the first seed; of meta-learners what it adapted to. */
export const policiesBy = (
  { policies }: Pick<GroupsTrained, "policies">,
  labels: readonly number[]
): readonly (Acting | undefined)[] =>
  labels.map((_, task) => {
    const own = policies.find((p) => p.seed === 0 && p.members.includes(task))
    if (own === undefined) return undefined
    const { adapted, policy, moments } = own.trained
    return { policy: adapted?.[own.members.indexOf(task)] ?? policy, moments }
  })

/** The policy of each group under these labels, of the first seed; of meta-learners before they adapt to a task. */
export const policiesOfGroups = (
  { policies }: Pick<GroupsTrained, "policies">,
  labels: readonly number[]
): readonly (Acting | undefined)[] =>
  [...new Set(labels)]
    .sort((a, b) => a - b)
    .map((label) => {
      const members = labels.flatMap((l, task) => (l === label ? [task] : []))
      const [first] = policiesOf(policies, members)
      return first === undefined ? undefined : { policy: first.policy, moments: first.moments }
    })

/** The policies of a group, by seed. */
const policiesOf = (all: GroupsTrained["policies"], members: readonly number[]): readonly Trained[] =>
  all.flatMap((p) => (p.members.join() === members.join() ? [p.trained] : []))

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
