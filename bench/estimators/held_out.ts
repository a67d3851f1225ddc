/** Estimates that are judged on transitions they were not made from, kept beside the trainings. */
import { Effect, Schema } from "effect"
import { child } from "../../core/random/mod.ts"
import { crossFittedGains } from "../../pipeline/stages/surrogate/cross_fitted.ts"
import { projector } from "../../pipeline/stages/surrogate/features.ts"
import { lookahead, lookaheadScores } from "../../pipeline/stages/surrogate/lookahead.ts"
import { observe, taskAdvantages } from "../../pipeline/stages/surrogate/observe.ts"
import type { Course } from "./families.ts"
import { timed } from "./gather.ts"
import type { Gathered } from "./gathered.ts"
import { startOf } from "./start.ts"

const Values = Schema.Array(Schema.Array(Schema.Number))
const Cost = Schema.Struct({ flops: Schema.Number, seconds: Schema.Number })

/** By subset and task in it. */
export const HeldOut = Schema.Struct({
  crossFitted: Values,
  lookahead: Values,
  cost: Schema.Struct({ crossFitted: Cost, lookahead: Cost })
})
export type HeldOut = typeof HeldOut.Type

/** Of the subsets that were trained. */
export const holdOut = Effect.fn("bench.heldOut")(function* (course: Course, { seed, subsets }: Gathered) {
  const { key, setting, spec, at, settings, config, problem, tasks } = yield* startOf(course, seed)
  const { stepsPerTask } = config.truth
  const crossFitted = yield* timed(
    Effect.scoped(
      Effect.gen(function* () {
        const { projection, dimension } = settings
        const p = yield* projector(projection, setting.policy, dimension, child(key, "projection"))
        return yield* crossFittedGains(yield* observe(problem, p), subsets, dimension)
      })
    )
  )
  const ahead = yield* timed(
    Effect.gen(function* () {
      const { environmentsPerTask } = spec
      const size = { tasks: 1, stepsPerTask, environmentsPerTask, budget: "updates" as const }
      const { batch, count, rate } = setting.algorithm.updates?.(spec.algorithmConfig, size) ?? {
        batch: stepsPerTask,
        count: 1,
        rate: 1e-3
      }
      const place = { policy: setting.policy, theta: at.policy }
      const { gains } = yield* lookahead(place, yield* taskAdvantages(problem), { batch, length: count * rate })
      return lookaheadScores(gains, tasks.length, subsets).map((s) => s.values)
    })
  )
  const cost = ({ flops, seconds }: typeof Cost.Type) => ({ flops, seconds })
  return {
    crossFitted: crossFitted.value,
    lookahead: ahead.value,
    cost: { crossFitted: cost(crossFitted), lookahead: cost(ahead) }
  } satisfies HeldOut
})
