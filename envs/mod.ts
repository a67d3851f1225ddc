/** Environments: the contract, batches, task families, and those that come with the package. */
export { cartPole } from "./cartpole/cartpole.ts"
export { cartPoleLength } from "./cartpole/length_family.ts"
export { cartPoleMirrored } from "./cartpole/mirrored_family.ts"
export {
  type Dynamics,
  type Environment,
  type EnvironmentSpec,
  environment,
  identity,
  type Outcome
} from "./env.ts"
export type { ActionError, BatchError, EnvError, ParameterError, UnknownName } from "./error.ts"
export type { Family, Task, TaskSet } from "./family.ts"
export { environmentLaws, familyLaws, type Law } from "./law.ts"
export { type LinearQuadraticParams, linearQuadratic } from "./linear_quadratic/linear_quadratic.ts"
export { linearQuadraticPlanted } from "./linear_quadratic/planted_family.ts"
export { expectedReturn, type LinearPolicy, optimalPolicy } from "./linear_quadratic/truth.ts"
export {
  choiceOf,
  flag,
  integer,
  number,
  type Parameter,
  type ParameterTable,
  type Params,
  type Resolved,
  resolve
} from "./parameter.ts"
export { findEnvironment, findFamily, type Registry } from "./registry.ts"
export { type Replay, type ReplayStep, replay } from "./replay.ts"
export { type Box, type Discrete, describeSpace, flatten, type Space, sample, sizeOf } from "./space.ts"
export { standard } from "./standard.ts"
export { taskBatch } from "./task_batch.ts"
export { type Batch, type BatchState, type Member, makeRows, type Rows, vectorise } from "./vector.ts"
