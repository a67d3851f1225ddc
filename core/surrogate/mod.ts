/** The surrogate: subsets, projections of gradients, subset problems, affinities. */
export { type Affinity, centred, equation5, gradientCosine, type SubsetScore } from "./affinity.ts"
export { type DifferentiablePolicy, factorBlocks, factors } from "./factors.ts"
export { advance, gradientNorm, type Lbfgs, lbfgs } from "./lbfgs.ts"
export { lift, project, type Sketch, sketch } from "./sketch.ts"
export { allSubsets, choose, type Subset, subsets } from "./subsets.ts"
