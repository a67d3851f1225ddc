import * as E from "fp-ts/lib/Either.js"
import type { Algorithm } from "../algorithm.ts"
import { makePolicy } from "../policy.ts"
import { widenedPolicy } from "../widen.ts"
import { collector } from "./collector.ts"
import { checked, learner } from "./learner.ts"
import { networks } from "./networks.ts"
import { loopDefaults, type OnPolicy, updatesOf } from "./objective.ts"

/**
 * An algorithm from its objective: rollouts of all tasks together, values and advantages, minibatches, Adam,
 * checkpoints and metrics by task are the same for every on-policy learner.
 *
 * @example The whole of advantage actor-critic
 * ```ts
 * import { Schema } from "effect"
 * import { algorithms, program } from "policygradex"
 *
 * const { add, mul, neg, square, sub } = program
 * const a2c = algorithms.onPolicy({
 *   id: "a2c",
 *   version: "1",
 *   summary: "Advantage actor-critic",
 *   config: Schema.Struct({ learningRate: Schema.Number, entropy: Schema.Number }),
 *   defaults: { learningRate: 7e-4, entropy: 0.01 },
 *   metrics: ["policyLoss", "valueLoss"],
 *   loop: ({ learningRate }) => ({ learningRate, lambda: 1 }),
 *   objective: ({ entropy }, x) => {
 *     const policyLoss = neg(mul(x.logProb, x.advantage))
 *     const valueLoss = square(sub(x.value, x.return))
 *     return { loss: sub(add(policyLoss, valueLoss), mul(x.entropy, entropy)), metrics: { policyLoss, valueLoss } }
 *   }
 * })
 * a2c.defaults.entropy // => 0.01
 * ```
 */
export const onPolicy = <C, F extends string>(kind: OnPolicy<C, F>): Algorithm<C> => {
  const { id, version, summary, config, defaults } = kind
  return {
    id,
    version,
    summary,
    config,
    defaults,
    supports: () => true,
    makePolicy,
    check: (c, problem) => checked(kind, c, problem),
    learner: learner(kind),
    updates: (c, size) => updatesOf({ ...loopDefaults, ...kind.loop(c) }, size),
    collector: (c, problem) => collector({ ...loopDefaults, ...kind.loop(c) }, problem, kind.prior?.(c)),
    widen: (c, policy, at, tasks) => {
      const { value, scaled } = networks(policy, { ...loopDefaults, ...kind.loop(c) }.popArt !== "off")
      const own = value.insertInputs(at.value.subarray(0, value.layout.size), policy.inputs, tasks)
      // Of an architecture that is told nothing the critic has one head, and has it still where it is told.
      const scales = scaled === undefined ? [] : Array.from(at.value.subarray(value.layout.size))
      return E.right({
        ...at,
        policy: widenedPolicy(policy, at.policy, tasks),
        value: Float64Array.from([...own, ...scales])
      })
    }
  }
}
