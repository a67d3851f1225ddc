/** Stage: what groupings are worth: a policy for each group, trained from θ★ with the same budget a task. */
import { Effect } from "effect"
import type { Acting, Start } from "../../algorithms/algorithm.ts"
import { child, type Key } from "../../core/random/mod.ts"
import type { Task } from "../../envs/mod.ts"
import type { TrainingSpec } from "../jobs/spec.ts"
import { finalMeans, type Trained } from "../jobs/training.ts"
import { trainAll } from "../jobs/training_job.ts"

/** A grouping by what its groups reached. */
export interface GroupReturns {
  readonly method: string
  readonly labels: readonly number[]
  /** Mean return of every task under its group's policy, a row a seed. */
  readonly returns: readonly (readonly number[])[]
  /** Share of a task's episodes that succeeded, likewise, where the environment tells. */
  readonly successRates?: readonly (readonly number[])[]
}

/** Members of each group, in the order of the labels' first appearance. */
export const groupsOf = (labels: readonly number[]): readonly (readonly number[])[] =>
  [...new Set(labels)].map((l) => labels.flatMap((x, i) => (x === l ? [i] : [])))

export interface GroupTrainingConfig {
  readonly iterations: number
  readonly seeds: number
}

/**
 * Trains the groups of all groupings. A group that several groupings share is trained once a seed, and the same seed gives
 * the same training whatever else is compared.
 */
export const trainGroups = Effect.fn("policygradex.trainGroups")(function* (
  spec: TrainingSpec,
  tasks: readonly Task[],
  groupings: Readonly<Record<string, readonly number[]>>,
  c: GroupTrainingConfig,
  start: Start,
  key: Key,
  begin: (total: number) => Effect.Effect<(index: number, trained: Trained) => Effect.Effect<void>>
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
  return { ...outcome, worth } satisfies GroupsTrained
})

/** A group with a seed: one training. */
interface GroupJob {
  readonly id: string
  readonly members: readonly number[]
  readonly seed: number
}

/** Every training, and what the groupings are worth by them. */
export interface GroupsTrained {
  readonly jobs: readonly GroupJob[]
  /** In the order of the jobs. */
  readonly trained: readonly Trained[]
  readonly worth: readonly GroupReturns[]
}

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
export const policiesOf = ({ jobs, trained }: GroupsTrained, members: readonly number[]): readonly Trained[] =>
  trained.filter((_, i) => jobs[i]?.id === members.join(" "))
