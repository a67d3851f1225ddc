/** Algorithms: the contract, policies, evaluation, and those that come with the package. */
export {
  type Adaptation,
  type AdaptationProblem,
  type Adapted,
  type Adapter,
  type Algorithm,
  Budget,
  type Collector,
  Fixed,
  type Iteration,
  type Learner,
  type Problem,
  SavedState,
  Start,
  type State,
  type TaskRow,
  type TrainingProblem,
  Transitions,
  type Updates
} from "./algorithm.ts"
export { type Architecture, type ArchitectureConfig, architecture, toldArchitecture } from "./architecture.ts"
export { architectures } from "./architectures.ts"
export { boMrl } from "./bilevel/bo_mrl.ts"
export { type BoMrl, BoMrlConfig, defaults as boMrlDefaults } from "./bilevel/config.ts"
export { type Distral, DistralConfig, defaults as distralDefaults } from "./distral/config.ts"
export { distral } from "./distral/distral.ts"
export { BatchStateData, TaskData } from "./env_data.ts"
export type { LearnerError, Refusal, TrainingDiverged } from "./error.ts"
export { type Evaluate, Evaluation, EvaluationOptions, evaluator } from "./evaluate.ts"
export { type Adaptable, type AdaptedEvaluation, adaptedEvaluator } from "./evaluate_adapted.ts"
export { type AlgorithmLaw, algorithmLaws, type LawGround } from "./law.ts"
export { defaults as mamlDefaults, type Maml, MamlConfig } from "./maml/config.ts"
export {
  emaml,
  fomaml,
  type MetaLearner,
  maml,
  mamlTrpo,
  metaLearner,
  promp,
  reptile,
  trMaml
} from "./maml/maml.ts"
export { firstMemory, type Memory, momentsSize, type Normaliser, normaliser, updateMoments } from "./normalise.ts"
export { collector as onPolicyCollector } from "./on_policy/collector.ts"
export { type Loop, type Loss, loopDefaults, type Minibatch, type OnPolicy } from "./on_policy/objective.ts"
export { onPolicy } from "./on_policy/on_policy.ts"
export {
  type MakePolicy,
  makePolicy,
  NetworkConfig,
  Normalise,
  type Policy,
  type PolicyTrace,
  type Spaces
} from "./policy.ts"
export { defaults as ppoDefaults, type Ppo, PpoConfig } from "./ppo/config.ts"
export { ppo } from "./ppo/ppo.ts"
export { Acting, type MakeRollouts, type Rollouts } from "./rollouts.ts"
export { defaults as sacDefaults, type Sac, SacConfig } from "./sac/config.ts"
export type { SacKind } from "./sac/learner.ts"
export { sac, softActorCritic } from "./sac/sac.ts"
export {
  architectureOf,
  type LoadedPolicy,
  loadPolicy,
  type PolicyOrigin,
  policyFormat,
  type SavedPolicy,
  savePolicy
} from "./saved_policy.ts"
export { untyped } from "./untyped.ts"
