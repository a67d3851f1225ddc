/** What stages of the main job have in common. */
import type { Key } from "../../core/random/mod.ts"
import type { Task } from "../../envs/mod.ts"
import type { GroupingPlugin } from "../catalog.ts"
import type { TrainingSpec } from "../jobs/spec.ts"
import type { Setting } from "../jobs/training.ts"

/** What stages work with, beside their input. */
export interface StageContext {
  /** What the spec of the inputs names. */
  readonly setting: Setting<unknown>
  /** Whether each task is an item for the workers; else all tasks share each call, in this thread. */
  readonly onWorkers: boolean
  readonly groupings: readonly GroupingPlugin[]
  /** Whether trainings are done where the run's log is not: their rows are written when they have ended. */
  readonly logsAtEnd: boolean
}

/** Of every stage's input: what is trained, on which tasks, and where its draws come from. */
export interface TasksOfSpec {
  readonly spec: TrainingSpec
  readonly tasks: readonly Task[]
  readonly key: Key
}
