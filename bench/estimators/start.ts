/** Where all trainings of a family and seed start: one θ★, and the tasks there. */
import { Effect } from "effect"
import { discountOf } from "../../algorithms/settings.ts"
import { child } from "../../core/random/mod.ts"
import { Session } from "../../core/service/session.ts"
import { plan, train } from "../../pipeline/mod.ts"
import { digest } from "../../plugins/io/digest.ts"
import { catalog } from "../../plugins/loading/catalog/mod.ts"
import { make as wasm } from "../../plugins/sessions/wasm/mod.ts"
import type { Course } from "./families.ts"

/** θ★ of a course from a seed: the same on every call and, where environments are, on every machine. */
export const startOf = Effect.fn("bench.start")(function* ({ config: c }: Course, seed: number) {
  const config = { ...c, seed }
  const { key, tasks, planted, spec, context } = yield* plan(config, catalog)
  const { setting } = context
  const meta = yield* Effect.provideServiceEffect(
    train(setting, { tasks, iterations: config.meta.iterations, key: child(key, "meta") }),
    Session,
    // Its bits are the same on every machine, so that trainings that were kept start where new estimates are made.
    wasm()
  )
  const { policy, value, moments } = meta
  const at = { policy, value, ...(moments === undefined ? {} : { moments }) }
  const settings = { ...config.surrogate, ...discountOf(spec.algorithmConfig) }
  const problem = { setting, tasks, at, config: settings, key: child(key, "surrogate") }
  const theta = digest(new Uint8Array(policy.buffer, policy.byteOffset, policy.byteLength))
  return { config, key, tasks, planted, spec, setting, at, theta, settings, problem }
}, Effect.scoped)
export type Start = Effect.Success<ReturnType<typeof startOf>>
