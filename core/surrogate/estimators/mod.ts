/** Estimators of what an update on any group of tasks brings each of them, from gradients at θ★ and their noise. */
import { adamGain, naturalGain } from "./coordinates.ts"
import type { GradientEstimator } from "./estimator.ts"
import { cosine, expectedGain, innerProduct } from "./products.ts"

export type { ExpectedUpdate, GradientEstimator, UpdateData } from "./estimator.ts"
export { type GradientMoments, gradientMoments, type TaskGradients } from "./gradients.ts"
export { bestWorth, type WorthData, type WorthPoint, worthCurve } from "./worth.ts"

/** Every one of the package. */
export const gradientEstimators = [
  adamGain,
  expectedGain,
  naturalGain,
  innerProduct,
  cosine
] as const satisfies readonly GradientEstimator[]
