/** Environments: the contract, batches, task families, and those that come with the package. */

export type { Batch, BatchState, OpenBatch, RemoteBatch, Rows } from "./batch.ts"
export { cartPole } from "./cartpole/cartpole.ts"
export { cartPoleLength } from "./cartpole/length_family.ts"
export { cartPoleMirrored } from "./cartpole/mirrored_family.ts"
export {
  type Dynamics,
  type Environment,
  type EnvironmentSpec,
  environment,
  identity,
  limitOf,
  type Outcome,
  type Variant
} from "./env.ts"
export { beginEpisode, type Episode, type ReplayStep } from "./episode.ts"
export {
  type ActionError,
  actionError,
  type EnvError,
  type EnvironmentError,
  environmentError,
  meant,
  optionError,
  type ParameterError,
  type ProcessError,
  type ProcessReason,
  parameterError,
  processError,
  type TaskSetError,
  type UnknownName,
  unknownName
} from "./error.ts"
export { distinctDraws, type Family, type FamilySpec, family, type Task, type TaskSet, type Tasks } from "./family.ts"
export { frozenLake, frozenLake8x8 } from "./frozen_lake/frozen_lake.ts"
export { type Ice, randomMap, type Transition, transitions } from "./frozen_lake/lake.ts"
export { type LakeStart, lakeMdp } from "./frozen_lake/lake_mdp.ts"
export { frozenLake8x8Maps, frozenLakeMaps } from "./frozen_lake/maps_family.ts"
export { gridWorldCorners } from "./grid_world/corners_family.ts"
export { gridWorld } from "./grid_world/grid_world.ts"
export { highwayDensity, highwayFullDensity, highwayLanes } from "./highway/families.ts"
export { highway, highwayFast } from "./highway/highway.ts"
export {
  type Contents,
  environmentFindings,
  type Finding,
  familyFindings,
  type LawOf,
  lawsOf
} from "./laws/conformance.ts"
export { environmentLaws, familyLaws, type Law } from "./laws/law.ts"
export { type LinearQuadraticParams, linearQuadratic } from "./linear_quadratic/linear_quadratic.ts"
export { linearQuadraticPlanted } from "./linear_quadratic/planted_family.ts"
export { expectedReturn, type LinearPolicy, optimalPolicy } from "./linear_quadratic/truth.ts"
export { lunarLanderGravity, lunarLanderWind } from "./lunar_lander/families.ts"
export { lunarLander, lunarLanderContinuous } from "./lunar_lander/lunar_lander.ts"
export { navigationBiased, navigationPartial, navigationUniform } from "./navigation/families.ts"
export { navigation } from "./navigation/navigation.ts"
export {
  choiceOf,
  flag,
  integer,
  number,
  type Parameter,
  type ParameterTable,
  type Params,
  type Resolved,
  resolve,
  text
} from "./parameter.ts"
export { pendulumGravity, pendulumLength } from "./pendulum/families.ts"
export { pendulum } from "./pendulum/pendulum.ts"
export type { Picture, PictureSize } from "./picture.ts"
export { type Planted, planted } from "./planted.ts"
export { findEnvironment, findFamily, type Registry, type Source } from "./registry.ts"
export { type Replay, replay } from "./replay.ts"
export { type Body, type Camera, type Colour, POSE, type Point, type Scene, type Solid } from "./scene.ts"
export { type Box, type Discrete, describeSpace, flatten, isBounded, type Space, sample, sizeOf } from "./space.ts"
export { type Bounds, type Spread, spread } from "./spread.ts"
export { standard } from "./standard.ts"
export { taskBatch } from "./task_batch.ts"
export { variantOf } from "./variant.ts"
export { type Member, makeRows, vectorise } from "./vector.ts"
export {
  addRow,
  clipAction,
  deviations,
  frameSkip,
  type Moments,
  mergeMoments,
  noMoments,
  normaliseObservation,
  normaliseReward,
  observationMoments,
  type Recording,
  recordEpisode,
  rescaleAction,
  returnMoments,
  timeLimit,
  type Wrapper
} from "./wrappers/mod.ts"
