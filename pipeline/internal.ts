/** Of the job, what is known before it runs: the command starts with this alone, so that nothing here loads a learner. */
export { RunConfig, type SessionKind, sessionKinds } from "./config.ts"
export { describe, learnersFor } from "./jobs/spec.ts"
export { type PresetName, presets } from "./presets.ts"
export type { Played, PlayedPictures, Recording } from "./result/recording.ts"
export type {
  CostRow,
  DecisionCourse,
  EstimateAgainstTruth,
  EstimatePoint,
  LearningCurve,
  MethodComparison,
  Peak,
  RatedCost,
  ReportAffinity,
  ReportDecided,
  ReportSelection,
  ReportTask,
  SetComparison,
  Warning
} from "./result/report_data.ts"
export { decide } from "./stages/decision.ts"
export { parseFirstOrderTable } from "./stages/first_order/table.ts"
export { groupBy, groupingIds } from "./stages/group_by.ts"
export { groupTasks } from "./stages/grouping.ts"
export { CheckpointSeconds } from "./store/checkpoints.ts"
