/** Of the learners, what the floors above use without loading any learner: contracts, errors, playing. */
export { Budget } from "./algorithm.ts"
export { architectures } from "./architecture.ts"
export { actProgram, environmentRunner, makeRolloutBuffer, pauseEvery, playOf, rollout } from "./environment_runner.ts"
export {
  asProblem,
  fromEither,
  ProblemError,
  problemError,
  TrainingDiverged,
  WorkerLost
} from "./error.ts"
export { type Evaluate, evaluator } from "./evaluate.ts"
export { adaptedEvaluator } from "./evaluate_adapted.ts"
export { LIMIT, momentsSize, observationScale } from "./normalise.ts"
export { inputsOf, NetworkConfig, Normalise } from "./policy.ts"
export { type EnvironmentRunner, type MakeRollouts, RolloutBuffer, type Rollouts } from "./rollouts.ts"
export { LOG_STD } from "./sac/policy.ts"
export { STATE_PREFIX, savePolicy } from "./saved_policy.ts"
export { discountOf, mergeSettings, type SettingError, settingsOf } from "./settings.ts"
