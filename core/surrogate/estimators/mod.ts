/** Estimators of what an update on any group of tasks brings each of them, from gradients at θ★ and their noise. */

export { predictGroups, returnsIn, type WorthData } from "./bootstrap.ts"
export { adamGain } from "./coordinates.ts"
export {
  type Estimator,
  type EstimatorId,
  type ExpectedUpdate,
  estimatorIds,
  type GradientEstimator,
  type UpdateData
} from "./estimator.ts"
export { type GradientMoments, gradientMoments, meanGradients, type TaskGradients, withProducts } from "./gradients.ts"
export { gradientEstimators, transitionEstimators } from "./list.ts"
export { ownPull, type Pull, pullsOf } from "./pulls.ts"
export { type Episodes, type ExpectedReturn, possibleReturns, returnAfter } from "./returns.ts"
export { silentTasks } from "./silent.ts"
export { bestWorth, NOISE, type WorthPoint, worthCurve } from "./worth.ts"
