/**
 * Bilevel meta-reinforcement learning on processes that are known exactly: adaptation, its hypergradient, and how far from the
 * best it ends, by Xu and Zhu, "Meta-reinforcement learning with universal policy adaptation", NeurIPS 2024.
 */
export { type Beside, comparator, type SolvedTask, solveTask } from "./comparator.ts"
export { type Convergence, convergence, type Instance } from "./convergence.ts"
export { type Existence, existence, type Lipschitz, sufficientLambda, tableLipschitz } from "./existence.ts"
export { forwardDivergence } from "./forward_divergence.ts"
export { type AdaptedTask, adaptTask, type Hypergradient, hypergradient } from "./hypergradient.ts"
export { type MetaTraining, metaTrain } from "./meta_training.ts"
export { type OneStep, oneStep } from "./one_step.ts"
export { type Bound, type TaskGap, taskGap } from "./optimality.ts"
export { parameterDistance } from "./parameter_distance.ts"
export { reverseDivergence } from "./reverse_divergence.ts"
export { type Centre, taskCentre } from "./variance.ts"
export type { Pulled, Solved, Weights, WithinTask } from "./within_task.ts"
