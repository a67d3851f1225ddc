/** Gradients of many tasks at θ★ as a job: an item is one task. */
import { Effect } from "effect"
import { SeenTask, seeTasks } from "./gradients.ts"
import { AdvantageConfig } from "./problem.ts"
import { taskJob } from "./task_job.ts"

/** One item is what {@link seeTasks} sees of one task. */
export const gradientJob = taskJob({
  name: "gradients",
  config: AdvantageConfig,
  result: SeenTask,
  open: () => Effect.succeed(seeTasks)
})
