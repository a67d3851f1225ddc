/** PolicyGradEx: the main job and its stages. */
export { checkFirstOrder, type EstimateConfig, estimate, ownAdvantages } from "./estimate.ts"
export { groupsOf, trainGroups, type Worth } from "./group_training.ts"
export { mainJob } from "./job.ts"
export { type Assignment, curveMeans, finalMeans, type Setting, type Trained, train } from "./training.ts"
export { type Known, settingOf, type TrainingSpec, Trainings, type TrainingsService } from "./trainings.ts"
export { type Ceiling, compareWithTruth, nmi, type Truth, trainSubsets } from "./truth.ts"
export { coveredDistance, EstimatesRefused } from "./validity.ts"
