import { Schema } from "effect"
import { flag, number } from "../../core/service/setting.ts"

/** How a meta-learner estimates advantages: settings that all of them have. */
export const Estimation = Schema.Struct({
  gamma: number(0, 1, "discount per step"),
  lambda: number(0, 1, "GAE's λ per step"),
  normaliseAdvantages: flag("a task's advantages get mean 0, deviation 1")
})
export type Estimation = typeof Estimation.Type
