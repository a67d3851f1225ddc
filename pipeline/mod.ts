/** PolicyGradEx: the main job and its stages. */

export { mainJob } from "./job.ts"
export { Workers, type WorkersService } from "./jobs/job.ts"
export { type Catalog, settingOf, type TrainingSpec } from "./jobs/spec.ts"
export { type Assignment, curveMeans, finalMeans, type Setting, type Trained, train } from "./jobs/training.ts"
export { AssignmentError, trainAll } from "./jobs/training_job.ts"
export { coveredDistance, EstimatesRefused } from "./stages/first_order/validity.ts"
export { type GroupReturns, groupsOf, trainGroups } from "./stages/group_training.ts"
export { type GroupingPlugin, groupBy, groupingIds } from "./stages/grouping.ts"
export { checkFirstOrder, type EstimateConfig, estimate } from "./stages/surrogate/estimate.ts"
export { ownAdvantages } from "./stages/surrogate/observe.ts"
export { type Ceiling, compareWithTruth, nmi, type Truth, trainSubsets } from "./stages/truth.ts"
