/** Where all trainings of a family and seed start: one θ★, and the tasks there. */
import { Effect } from "effect"
import { discountOf } from "../../algorithms/settings.ts"
import { child } from "../../core/random/mod.ts"
import { plan, train } from "../../pipeline/mod.ts"
import { catalog } from "../../plugins/loading/catalog/mod.ts"
import type { Course } from "./families.ts"

/** θ★ of a course from a seed; the same on every call. */
export const startOf = Effect.fn("bench.start")(function* ({ config: c }: Course, seed: number) {
  const config = { ...c, seed }
  const { key, tasks, planted, spec, context } = yield* plan(config, catalog)
  const { setting } = context
  const meta = yield* train(setting, { tasks, iterations: config.meta.iterations, key: child(key, "meta") })
  const { policy, value, moments } = meta
  const at = { policy, value, ...(moments === undefined ? {} : { moments }) }
  const settings = { ...config.surrogate, ...discountOf(spec.algorithmConfig) }
  const problem = { setting, tasks, at, config: settings, key: child(key, "surrogate") }
  return { config, key, tasks, planted, spec, setting, at, settings, problem }
})
