/** Estimates from rollouts: advantages, returns, normalisation. */
export { type Baseline, baselineFitter } from "./baseline.ts"
export { gae, gaeInto, returnsInto, type Trajectory } from "./gae.ts"
export { linearBaseline, type Seen } from "./linear_baseline.ts"
export { standardise, standardiseInPlace } from "./normalise.ts"
export { preserveOutputs, type ScaledHead, type TargetScale, targetScale } from "./pop_art.ts"
