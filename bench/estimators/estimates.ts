/** What is estimated at θ★ of the subsets that were trained. */
import { Effect } from "effect"
import { child } from "../../core/random/mod.ts"
import { Session } from "../../core/service/session.ts"
import { crossFittedGains, lossAtZero } from "../../pipeline/stages/surrogate/cross_fitted.ts"
import { projector } from "../../pipeline/stages/surrogate/features.ts"
import { seeTasks } from "../../pipeline/stages/surrogate/gradients.ts"
import { lookahead, lookaheadScores } from "../../pipeline/stages/surrogate/lookahead.ts"
import { observe, taskAdvantages } from "../../pipeline/stages/surrogate/observe.ts"
import { solveSubsets, taskLosses } from "../../pipeline/stages/surrogate/solve_subsets.ts"
import type { Cost, Estimates, Truth } from "./gathered.ts"
import type { Start } from "./start.ts"

type Subsets = Truth["subsets"]

/** All estimates, and the tasks' gradients `[n, blocks, p]` as bytes. */
export const estimate = Effect.fn("bench.estimates")(function* (start: Start, subsets: Subsets) {
  const gradients = yield* timed(seeTasks(start.problem))
  const logistic = yield* timed(Effect.scoped(byLogistic(start, subsets)))
  const crossFitted = yield* timed(Effect.scoped(byCrossFitting(start, subsets)))
  const ahead = yield* timed(byLookahead(start, subsets))
  const { transitions, blocks } = gradients.value[0]!
  const estimates: Estimates = {
    seen: gradients.value.map(({ visited: _, transitions: __, blocks: ___, gradients: ____, ...episodes }) => episodes),
    transitions,
    blocks,
    parameters: start.setting.policy.size,
    logistic: logistic.value,
    crossFitted: crossFitted.value,
    lookahead: ahead.value,
    costs: {
      gradients: gradients.cost,
      logistic: logistic.cost,
      crossFitted: crossFitted.cost,
      lookahead: ahead.cost
    }
  }
  const values = Float32Array.from(gradients.value.flatMap((t) => Array.from(t.gradients)))
  return { estimates, bytes: new Uint8Array(values.buffer) }
})

const timed = Effect.fnUntraced(function* <A, E, R>(work: Effect.Effect<A, E, R>) {
  const session = yield* Session
  const [before, start] = [yield* session.work, performance.now()]
  const value = yield* work
  const after = yield* session.work
  const cost: Cost = { flops: after.flops - before.flops, seconds: (performance.now() - start) / 1000 }
  return { value, cost }
})

/** What the logistic estimators learn from. */
const observed = Effect.fnUntraced(function* ({ key, setting, settings, problem }: Start) {
  const { projection, dimension } = settings
  const p = yield* projector(projection, setting.policy, dimension, child(key, "projection"))
  return yield* observe(problem, p)
})

const byLogistic = Effect.fnUntraced(function* (start: Start, subsets: Subsets) {
  const { dimension, damping } = start.settings
  const data = (yield* observed(start)).map((o) => o.data)
  const mu = { curvatures: damping }
  const solved = yield* solveSubsets(data, subsets, { dimension, mu, tolerance: 1e-4, maxEvaluations: 200 })
  const losses = yield* taskLosses(data, solved.x, dimension)
  const zero = data.map(lossAtZero)
  return subsets.map((s, k) => s.map((i) => zero[i]! - losses[i * subsets.length + k]!))
})

const byCrossFitting = Effect.fnUntraced(function* (start: Start, subsets: Subsets) {
  return yield* crossFittedGains(yield* observed(start), subsets, start.settings.dimension)
})

const byLookahead = Effect.fnUntraced(function* (
  { setting, spec, at, config, problem, tasks }: Start,
  subsets: Subsets
) {
  const { stepsPerTask } = config.truth
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
