import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { adam } from "../../core/optim/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { isBounded } from "../../envs/mod.ts"
import type { Algorithm } from "../algorithm.ts"
import { collectorOf } from "../on_policy/collector.ts"
import { widenedPolicy } from "../widen.ts"
import { checked, checkedPolicy } from "./check.ts"
import { defaults, type Sac, SacConfig, updatesOf } from "./config.ts"
import { learner, type SacKind } from "./learner.ts"
import { networks, valueProgram } from "./mathematics.ts"
import { makePolicy } from "./policy.ts"

/**
 * Soft actor-critic with twin critics and learnt temperatures, on one task or on many together.
 *
 * A collector's advantages are generalised advantage estimates over the smaller critic at the median action.
 *
 * Source: Haarnoja et al., arXiv:1812.05905; discrete actions by Christodoulou, arXiv:1910.07207. Differs: each task has
 * a temperature of its own.
 *
 * @example With another optimizer
 * ```ts
 * import { algorithms, optim } from "policygradex"
 *
 * const optimizer = optim.rmsprop()
 * const byRmsprop = algorithms.softActorCritic({ id: "sac-rmsprop", version: "1", summary: "SAC by RMSprop", optimizer })
 * byRmsprop.id // => "sac-rmsprop"
 * ```
 */
export const softActorCritic = (kind: SacKind): Algorithm<Sac> => ({
  id: kind.id,
  version: kind.version,
  summary: kind.summary,
  config: SacConfig,
  defaults,
  supports: isBounded,
  makePolicy,
  check: checked,
  updates: updatesOf,
  learner: learner(kind),
  collector: (c, problem) =>
    Effect.gen(function* () {
      yield* fromEither(checkedPolicy(problem))
      const n = networks(problem.policy, c)
      return yield* collectorOf(c, problem, n.layout, (rows) => valueProgram(n, rows))
    }),
  widen: (c, policy, at, tasks) => {
    const n = networks(policy, c)
    const q = n.actionKind.critic.layout.size
    // Critics see [observation, task, action].
    const wide = (critic: Floats): Floats => n.actionKind.critic.insertInputs(critic, policy.inputs, tasks)
    const [one, two] = [wide(at.value.subarray(0, q)), wide(at.value.subarray(q, 2 * q))]
    const value = Float64Array.from([...one, ...two, ...at.value.subarray(2 * q)])
    return E.right({ ...at, policy: widenedPolicy(policy, at.policy, tasks), value })
  }
})

/** The published learner; its optimizer is Adam as PyTorch has it. */
export const sac = softActorCritic({
  id: "sac",
  version: "3",
  summary: "Soft actor-critic: off-policy, twin critics, learnt temperature, squashed Gaussian or discrete actions",
  optimizer: adam()
})
