/** Stage: trainings where it is hard to tell which groups are best, until that is certain or as many are done as were allowed. */
import { Effect, Schema } from "effect"
import { child, type Key } from "../../core/random/mod.ts"
import { Numbers } from "../../core/service/data.ts"
import { RunStore } from "../../core/service/run_store.ts"
import {
  type Belief,
  believe,
  contendersOf,
  type DecisionAsked,
  type DecisionPoint,
  type DecisionState,
  decisionState,
  memberReturns,
  trainingsWanted
} from "../../core/surrogate/belief/mod.ts"
import type { RunConfig, TruthConfig } from "../config.ts"
import { Workers } from "../jobs/job.ts"
import { finalMeans, Trained } from "../jobs/training.ts"
import { trainAll } from "../jobs/training_job.ts"
import type { TasksOfSpec } from "./context.ts"
import { type GroupTrainings, groupAssignment, trainingName } from "./group_training.ts"
import { Labels } from "./schemas.ts"
import { stage } from "./stage.ts"
import type { Beliefs } from "./surrogate/beliefs.ts"
import { costOfTrainings, ofTasks, relogCurves, telling } from "./trainings.ts"

export interface DecidingInput extends GroupTrainings, Pick<TasksOfSpec, "spec"> {
  readonly beliefs: Beliefs
  readonly asked: DecisionAsked
  readonly config: Pick<TruthConfig, "trainings" | "batch">
  /** Of the belief's draws; `key` is of the trainings. */
  readonly drawKey: Key
}

const pointFields = {
  k: Schema.Int,
  /** Probability that no other partition is better by more than the margin, and how much better the best is in expectation. */
  certainty: Schema.Number,
  regret: Schema.Number
}

/** What trainings decided. */
export const Decided = Schema.Struct({
  ...pointFields,
  /** A group's number for each task. */
  labels: Labels,
  /** Whether that is as certain as was asked. */
  certain: Schema.Boolean,
  level: Schema.Number,
  /** In return, mean over tasks. */
  margin: Schema.Number,
  /** Trainings that were allowed. */
  allowed: Schema.Int,
  /** In the order in which they were chosen: which group, of which seed, and the return of each member. */
  trainings: Schema.Array(Schema.Struct({ members: Labels, seed: Schema.Int, returns: Numbers })),
  trained: Schema.Array(Trained),
  /** How it stood after so many trainings. */
  course: Schema.Array(Schema.Struct({ ...pointFields, trainings: Schema.Int, margin: Schema.Number })),
  /** The best groups of every number, as corrected: return of each task, and their mean with its 95% interval. */
  curve: Schema.Array(
    Schema.Struct({
      ...pointFields,
      labels: Labels,
      returns: Numbers,
      value: Schema.Number,
      low: Schema.Number,
      high: Schema.Number
    })
  )
})
export type Decided = typeof Decided.Type

export const deciding = stage({
  name: "decision",
  result: Decided,
  costOf: costOfTrainings,
  run: Effect.fnUntraced(function* (input: DecidingInput, { workers }) {
    return yield* Effect.provideService(decideByTraining(input), Workers, workers)
  }),
  save: Effect.fnUntraced(function* ({ spec, tasks }: DecidingInput, decided: Decided) {
    const { k, labels, certain, certainty, trainings, trained, course } = decided
    const curves = trainings.map(({ members, seed }, at) => ({
      ...trainingOf(members, seed),
      curve: trained[at]!.curve
    }))
    yield* relogCurves("decision", spec.taskIds, curves)
    const store = yield* RunStore
    const ids = tasks.map((t) => t.id)
    yield* store.put("decision", "groups", { kind: "json", value: { k, tasks: ids, labels, certain, certainty } })
    yield* store.put("decision", "trainings", {
      kind: "table",
      columns: ["training", "seed", "group", "task", "final_mean"],
      rows: trainings.flatMap(({ members, seed, returns }, t) =>
        members.map((task, a) => [t, seed, members.join(" "), ids[task]!, returns[a]!])
      )
    })
    yield* store.put("decision", "course", {
      kind: "table",
      columns: ["trainings", "groups", "certainty", "expected_regret", "margin"],
      rows: course.map((c) => [c.trainings, c.k, c.certainty, c.regret, c.margin])
    })
  })
})

/** What a run's settings ask of a decision. */
export const decisionAsked = ({ grouping: { k, price }, truth: { level, margin } }: RunConfig): DecisionAsked => ({
  ...(k === "auto" ? {} : { k }),
  price: price === "off" ? 0 : price,
  margin,
  level
})

/** The trainings by which a decision was made, by their {@link trainingName}. */
export const trainingsOf = ({ trainings, trained }: Decided): ReadonlyMap<string, Trained> =>
  new Map(trainings.map(({ members, seed }, at) => [trainingName(members, seed), trained[at]!]))

/**
 * Trains a few groups at a time, those that tell most, corrects what is believed of all by what they reached, and ends when the choice of
 * groups is certain, and each of them was trained once at least, or as many are trained as are allowed.
 *
 * What is trained next depends on what was seen alone: neither on the number of workers nor on who finished first.
 *
 * - Errors: `AssignmentError` naming the training that failed; `ArgumentError` of a refused setting.
 */
const decideByTraining = Effect.fnUntraced(function* (input: DecidingInput) {
  const { spec, beliefs, asked, config, drawKey } = input
  const begin = yield* telling("decision", spec.taskIds)
  const tell = yield* begin(config.trainings)
  const contenders = contendersOf(beliefs, beliefs.partitions)
  const observed: { readonly group: number; readonly seed: number; readonly returns: readonly number[] }[] = []
  const trained: Trained[] = []
  const course: Decided["course"][number][] = []
  let before: DecisionState | undefined
  for (;;) {
    const belief = believe(beliefs, observed)
    const now = decisionState(belief, contenders, asked, child(drawKey, "draws"))
    course.push({ ...summary(now.chosen), trainings: observed.length, margin: now.margin })
    const left = Math.min(config.batch, config.trainings - observed.length)
    const next = left > 0 ? trainingsWanted(belief, now, before, left) : []
    before = now
    if (next.length === 0) return resultOf(input, belief, now, { observed, trained, course })
    const seeds = next.map(
      (group, at) => [...observed.map((o) => o.group), ...next.slice(0, at)].filter((g) => g === group).length
    )
    const jobs = next.map((group, at) => groupAssignment(input, beliefs.groups[group]!, seeds[at]!))
    const named = (at: number) => trainingOf(beliefs.groups[next[at]!]!, seeds[at]!)
    const done = yield* trainAll(spec, jobs, (at, t) => tell(named(at), t))
    for (const [at, t] of done.entries()) {
      observed.push({ group: next[at]!, seed: seeds[at]!, returns: finalMeans(t) })
      trained.push(t)
    }
  }
})

const trainingOf = (members: readonly number[], seed: number) => ofTasks(members, `seed ${seed}`)

const summary = ({ k, certainty, regret }: DecisionPoint) => ({ k, certainty, regret })

interface Done extends Pick<Decided, "course" | "trained"> {
  readonly observed: readonly { readonly group: number; readonly seed: number; readonly returns: readonly number[] }[]
}

const resultOf = (
  { beliefs, asked, config }: DecidingInput,
  belief: Belief,
  { chosen, curve, certain, margin }: DecisionState,
  { observed, trained, course }: Done
): Decided => ({
  ...summary(chosen),
  labels: chosen.labels,
  certain,
  level: asked.level,
  margin,
  allowed: config.trainings,
  trainings: observed.map(({ group, seed, returns }) => ({ members: beliefs.groups[group]!, seed, returns })),
  trained,
  course,
  curve: curve.map((point) => {
    const { labels, value, low, high, parts } = point
    const returns = new Array<number>(beliefs.tasks).fill(0)
    for (const group of parts) {
      for (const [a, r] of memberReturns(belief, group).mean.entries()) returns[beliefs.groups[group]![a]!] = r
    }
    return { ...summary(point), labels, returns, value, low, high }
  })
})
