/** Action distributions: categorical, diagonal Gaussian, squashed Gaussian. */
export { categorical, probabilities } from "./categorical.ts"
export type { Distribution, Head } from "./distribution.ts"
export { gaussian } from "./gaussian.ts"
export { type Correction, squashedGaussian } from "./squashed_gaussian.ts"
