import { adamGain, naturalGain } from "./coordinates.ts"
import type { Estimator, GradientEstimator } from "./estimator.ts"
import { cosine, expectedGain, innerProduct } from "./products.ts"

/** Every estimator of the package that needs gradients alone; the first is the default. */
export const gradientEstimators = [
  expectedGain,
  adamGain,
  naturalGain,
  innerProduct,
  cosine
] as const satisfies readonly GradientEstimator[]

/** Estimators that look at single transitions; `pipeline/stages/surrogate` computes them. */
export const transitionEstimators = [
  {
    id: "logistic",
    summary: "drop of the logistic loss by weighted regression on every transition's projected gradient",
    source: "Zhang et al., equations 3 and 4",
    noisy: false
  },
  {
    id: "cross-fitted",
    summary: "the same drop on transitions that the regression was not fitted to, at the damping that brings most",
    source: "Zhang et al., equation 3, with sample splitting as in Chernozhukov et al., arXiv:1608.00060",
    noisy: false
  },
  {
    id: "lookahead",
    summary: "what an iteration's step on each member alone does to the task's advantages, on other transitions",
    source: "Fifty et al., arXiv:2109.04617, equation 1",
    noisy: false
  }
] as const satisfies readonly Estimator[]
