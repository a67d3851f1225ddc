/** Estimators of what an update on any group of tasks brings each of them, from gradients at θ★ and their noise. */
export type { ExpectedUpdate, GradientEstimator, UpdateData } from "./estimator.ts"
export { type GradientMoments, gradientMoments, type TaskGradients } from "./gradients.ts"
export { gradientEstimators } from "./list.ts"
export { bestWorth, type WorthData, type WorthPoint, worthCurve } from "./worth.ts"
