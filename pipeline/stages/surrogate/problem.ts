/** What a surrogate is made of: tasks as a policy at θ★ meets them. */
import { Schema } from "effect"
import type { Fixed } from "../../../algorithms/mod.ts"
import type { Key } from "../../../core/random/mod.ts"
import type { Task } from "../../../envs/mod.ts"
import { SurrogateConfig } from "../../config.ts"
import type { Setting } from "../../jobs/training.ts"

const { transitionsPerTask, projection, dimension, normaliseAdvantages, baseline } = SurrogateConfig.fields

/** How many transitions are collected, and how their advantages are estimated. */
export const AdvantageConfig = Schema.Struct({
  transitionsPerTask,
  normaliseAdvantages,
  baseline,
  /** γ and λ of the advantages. */
  gamma: Schema.Number,
  lambda: Schema.Number
})
export type AdvantageConfig = typeof AdvantageConfig.Type

/** What of the surrogate's configuration decides what is observed. */
export const ObserveConfig = Schema.Struct({ ...AdvantageConfig.fields, projection, dimension })
export type ObserveConfig = typeof ObserveConfig.Type

/** Tasks at θ★: who plays them there, and how good each action is said to be. */
export interface SurrogateProblem<C, A extends AdvantageConfig = AdvantageConfig> {
  /** The environment, the policy whose parameters are θ, and the learner, who collects. */
  readonly setting: Setting<C>
  readonly tasks: readonly Task[]
  /** θ★, and the value function there. */
  readonly at: Fixed
  readonly config: A
  readonly key: Key
}
