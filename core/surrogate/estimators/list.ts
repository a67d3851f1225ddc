import { adamGain, naturalGain } from "./coordinates.ts"
import type { GradientEstimator } from "./estimator.ts"
import { cosine, expectedGain, innerProduct } from "./products.ts"

/** Every estimator of the package that needs gradients alone; the first is the default. */
export const gradientEstimators = [
  adamGain,
  expectedGain,
  naturalGain,
  innerProduct,
  cosine
] as const satisfies readonly GradientEstimator[]
