/** Stage: over trainings from the first policy on, what an iteration learns on unseen transitions, and the Hessian beside it (Figure 2a). */
import { Effect, Schema } from "effect"
import { child } from "../../core/random/mod.ts"
import { Progress } from "../../core/service/progress.ts"
import { RunStore } from "../../core/service/run_store.ts"
import type { CurvatureConfig } from "../config.ts"
import type { StageContext, TasksOfSpec } from "./context.ts"
import { measureTrainings } from "./curvature/course.ts"
import { measuring } from "./curvature/measure.ts"
import { CurvaturePoint } from "./curvature/point.ts"
import { stage } from "./stage.ts"

export interface CurvatureInput extends TasksOfSpec {
  /** Group of each task. */
  readonly labels: readonly number[]
  /** Iterations of the meta-training, whose key `key` is. */
  readonly iterations: number
  readonly config: CurvatureConfig & { readonly checkpoints: number }
}

const name = "curvature"

const noPoints: readonly CurvaturePoint[] = []

export const curvature = ({ setting }: Pick<StageContext, "setting">) =>
  stage({
    name,
    result: Schema.Array(CurvaturePoint),
    run: Effect.fnUntraced(function* ({ tasks, labels, iterations, config, key }: CurvatureInput) {
      const { report, say } = yield* Progress
      const sets = setsOf(tasks, labels)
      const { checkpoints, probes, spectrum } = config
      const at = { stage: name, total: sets.length * checkpoints, unit: "points" }
      let done = 0
      yield* report({ ...at, done })
      const measured = measureTrainings(
        setting,
        sets,
        { iterations, checkpoints, key },
        {
          how: { ...measuring, probes, spectrum, iterations },
          key: child(key, name),
          told: () => report({ ...at, done: ++done })
        }
      )
      // The run has its groups: what cannot be measured of this learner is said, and left out of the report.
      return yield* Effect.catchIf(
        measured,
        (e) => e._tag === "ArgumentError",
        ({ message }) => Effect.as(say(`No curvature: ${message}`), noPoints)
      )
    }),
    save: Effect.fnUntraced(function* (_input, points) {
      const store = yield* RunStore
      yield* store.put(name, "points", { kind: "json", value: points })
    })
  })

/** The first task alone, each group of several, and all tasks, as in Figure 2a. */
const setsOf = (tasks: TasksOfSpec["tasks"], labels: readonly number[]) => [
  { set: tasks[0]!.id, tasks: tasks.slice(0, 1) },
  ...[...new Set(labels)]
    .sort((a, b) => a - b)
    .map((g) => ({ set: `group ${g + 1}`, tasks: tasks.filter((_, i) => labels[i] === g) }))
    .filter((s) => s.tasks.length > 1 && s.tasks.length < tasks.length),
  { set: "all tasks", tasks }
]
