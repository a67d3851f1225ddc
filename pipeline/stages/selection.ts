/** Stage: a meta-learner trained from scratch on every set of tasks that is compared. */
import { Effect, Schema } from "effect"
import { savePolicy } from "../../algorithms/internal.ts"
import { child } from "../../core/random/mod.ts"
import { RunStore } from "../../core/service/run_store.ts"
import type { SelectionConfig } from "../config.ts"
import { Workers } from "../jobs/job.ts"
import type { TrainingSpec } from "../jobs/spec.ts"
import { type Setting, Trained } from "../jobs/training.ts"
import { trainAll } from "../jobs/training_job.ts"
import { LeftOut } from "./comparison.ts"
import type { TasksOfSpec } from "./context.ts"
import { learnedTensors } from "./meta_training.ts"
import { comparedSets, SetRow, type SetsAsked } from "./sets.ts"
import { stage } from "./stage.ts"
import { costOfTrainings, ofTasks, relogCurves, telling } from "./trainings.ts"

/** What a policy of another architecture is trained as. */
export interface ByArchitecture extends Pick<TasksOfSpec, "spec"> {
  readonly id: string
}

export interface SelectionInput extends TasksOfSpec, Pick<SetsAsked, "labels" | "affinities"> {
  readonly architectures: readonly ByArchitecture[]
  readonly config: Pick<SelectionConfig, "pick" | "iterations" | "seeds" | "randomDraws">
}

/** Rows, and what was learned from each set of each seed once. */
const MetaLearned = Schema.Struct({
  rows: Schema.Array(SetRow),
  leftOut: Schema.Array(LeftOut),
  /** Names of the trainings, {@link trialName} of their trials. */
  names: Schema.Array(Schema.String),
  trained: Schema.Array(Trained)
})
export type MetaLearned = typeof MetaLearned.Type

type Trial = SetRow["trials"][number]

/** Trials of one name are one training. */
export const trialName = ({ tasks, seed, architecture }: Trial): string =>
  `${seed}: ${tasks.join(" ")}${architecture === undefined ? "" : ` by ${architecture}`}`

/** Trials by their {@link trialName}. */
const trialsOf = (rows: MetaLearned["rows"]) =>
  new Map(rows.flatMap((r) => r.trials.map((t) => [trialName(t), t] as const)))

const trainingOf = ({ tasks, seed, architecture }: Trial) =>
  ofTasks(tasks, `${architecture === undefined ? "" : `${architecture}/`}seed ${seed}`)

type Specs = Pick<SelectionInput, "spec" | "architectures">

/** In the order in which they train: the run's own architecture first. */
const specsOf = ({ spec, architectures }: Specs) => [{ id: undefined, spec }, ...architectures]

/** What was learned, by the spec of the policies; the parts behind one another have the order of `trained`. */
export const learnedBy = (
  specs: Specs,
  { rows, names, trained }: MetaLearned
): readonly { readonly spec: TrainingSpec; readonly learned: readonly Trained[] }[] => {
  const trials = trialsOf(rows)
  return specsOf(specs).map(({ id, spec }) => ({
    spec,
    learned: trained.filter((_, i) => trials.get(names[i]!)?.architecture === id)
  }))
}

export const selection = (setting: Setting<unknown>) =>
  stage({
    name: "selection",
    result: MetaLearned,
    costOf: costOfTrainings,
    run: Effect.fnUntraced(function* (
      { spec, tasks, key, config, labels, affinities, architectures }: SelectionInput,
      { workers }
    ) {
      const ids = architectures.map((a) => a.id)
      const { rows, leftOut } = comparedSets({ ...config, architectures: ids, labels, affinities, key })
      const distinct = [...trialsOf(rows).values()].toSorted((a, b) => a.seed - b.seed)
      const parts = specsOf({ spec, architectures }).map((by) => ({
        spec: by.spec,
        trials: distinct.filter((t) => t.architecture === by.id)
      }))
      const begin = yield* telling("selection", spec.taskIds)
      const tell = yield* begin(distinct.length)
      const training = Effect.forEach(parts, ({ spec: own, trials }) =>
        trainAll(
          own,
          trials.map((t) => ({
            tasks: t.tasks.map((i) => tasks[i]!),
            iterations: config.iterations,
            key: child(key, t.seed, t.tasks.join(" "))
          })),
          (i, t) => tell(trainingOf(trials[i]!), t)
        )
      )
      const trained = (yield* Effect.provideService(training, Workers, workers)).flat()
      // What a policy adapted to on the tasks that it learned from serves nobody.
      const lean = trained.map(({ adapted: _, ...t }): Trained => t)
      const names = parts.flatMap(({ trials }) => trials.map(trialName))
      return { rows, leftOut, names, trained: lean } satisfies MetaLearned
    }),
    save: Effect.fnUntraced(function* ({ spec, tasks }: SelectionInput, { rows, names, trained }: MetaLearned) {
      const trials = trialsOf(rows)
      const curves = names.map((name, i) => ({ ...trainingOf(trials.get(name)!), curve: trained[i]!.curve }))
      yield* relogCurves("selection", spec.taskIds, curves)
      const store = yield* RunStore
      const { policy, algorithm, environment } = setting
      for (const trial of rows.find((r) => r.kind === "chosen")?.trials ?? []) {
        const learned = trained[names.indexOf(trialName(trial))]!
        const of = trial.tasks.map((i) => tasks[i]!)
        const origin = { algorithm, environment, tasks: of, moments: learned.moments }
        const saved = savePolicy(policy, learned.policy, origin, learnedTensors(learned))
        yield* store.put("selection", `policy-seed-${trial.seed}`, { kind: "tensors", ...saved })
      }
    })
  })
