/** What is believed of every group's worth: predictions, corrected by trainings; which groups are best, and which to train next. */
export { type Belief, believe, memberReturns } from "./belief.ts"
export { contendersOf } from "./contenders.ts"
export { corrected } from "./corrected.ts"
export { type DecisionAsked, type DecisionPoint, type DecisionState, decisionState } from "./decision_state.ts"
export { nextGroups, trainingsWanted } from "./next.ts"
export { type BeliefPrior, everyGroup, type GroupReturns, unitsOf } from "./prior.ts"
