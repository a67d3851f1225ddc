/** Decision processes that are known exactly: policies evaluated by linear systems, and their derivatives. */
export {
  type Evaluation,
  evaluatePolicy,
  expectedNext,
  objectiveSlope,
  qSlope,
  visitationSlope
} from "./evaluation.ts"
export { decisionStates, type Mdp, mdp } from "./mdp.ts"
export { type Optimum, optimum } from "./optimal.ts"
export { policyCurvature, policyGradient } from "./policy_gradient.ts"
export { rowDivergence, softmax, softmaxSlope } from "./softmax.ts"
