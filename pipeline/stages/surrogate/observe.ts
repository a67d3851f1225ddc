/** What the surrogate learns from: transitions of every task at θ★, their advantages and projected gradients. */

import { Effect, Schema } from "effect"
import { inputsOf, Transitions } from "../../../algorithms/internal.ts"
import type { Fixed, Policy } from "../../../algorithms/mod.ts"
import { baselineFitter, gaeInto, standardiseInPlace } from "../../../core/estimate/mod.ts"
import type { ArgumentError } from "../../../core/failure/mod.ts"
import { child, type Floats, type Key } from "../../../core/random/mod.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import type { Task } from "../../../envs/mod.ts"
import { SurrogateConfig } from "../../config.ts"
import type { Setting } from "../../jobs/training.ts"
import type { Projector } from "./features.ts"
import { TaskData } from "./solve_subsets.ts"

const { transitionsPerTask, projection, dimension, normaliseAdvantages, baseline } = SurrogateConfig.fields

/** How transitions are collected and judged. */
export const JudgeConfig = Schema.Struct({
  transitionsPerTask,
  normaliseAdvantages,
  baseline,
  /** γ and λ of the advantages. */
  gamma: Schema.Number,
  lambda: Schema.Number
})
export type JudgeConfig = typeof JudgeConfig.Type

/** What of the surrogate's configuration decides what is observed. */
export const ObserveConfig = Schema.Struct({ ...JudgeConfig.fields, projection, dimension })
export type ObserveConfig = typeof ObserveConfig.Type

/** One task at θ★. */
export const Observed = Schema.Struct({ transitions: Transitions, data: TaskData })
export type Observed = typeof Observed.Type

/** Plays the tasks at θ★ and projects the gradients that were met. A task's numbers do not depend on the other tasks. */
export const observe = Effect.fn("policygradex.observe")(function* <C>(
  setting: Setting<C>,
  tasks: readonly Task[],
  at: Fixed,
  c: ObserveConfig,
  key: Key,
  projector: Projector
) {
  const observed: Observed[] = []
  for (const { transitions, advantages } of yield* judge(setting, tasks, at, c, key)) {
    const features = yield* projector.features(at.policy, transitions)
    observed.push({ transitions, data: { features, advantages } })
  }
  return observed
})

/** What one task showed at θ★, and how good each action was. */
export interface Judged {
  readonly transitions: Transitions
  readonly advantages: Float32Array
  /** Standard deviation of the advantages before they were standardised; 1 where they are not. */
  readonly unit: number
}

/** Plays the tasks at θ★ and says of every action how much better than the task's mean it was. */
export const judge = Effect.fn("policygradex.judge")(function* <C>(
  setting: Setting<C>,
  tasks: readonly Task[],
  at: Fixed,
  c: JudgeConfig,
  key: Key
) {
  const judged: Judged[] = []
  for (const transitions of yield* collect(setting, tasks, at, c, key)) {
    const advantages =
      c.baseline === "task"
        ? yield* ownAdvantages(transitions, c.gamma, c.lambda, setting.policy)
        : Float64Array.from(transitions.advantage)
    const unit = c.normaliseAdvantages ? deviationOf(advantages) : 1
    // Standardised, the rounding of a baseline would look like a signal.
    if (isIndifferent(transitions)) advantages.fill(0)
    else if (c.normaliseAdvantages) standardiseInPlace(advantages)
    judged.push({ transitions, advantages: Float32Array.from(advantages), unit })
  }
  return judged
})

const deviationOf = (x: Float64Array): number => {
  const m = x.reduce((a, b) => a + b, 0) / x.length
  return Math.sqrt(x.reduce((s, v) => s + (v - m) ** 2, 0) / x.length)
}

/** Whether all actions were worth the same: no reward at all, or always the same one and never an end. */
const isIndifferent = ({ reward, terminated }: Transitions): boolean => {
  const first = reward[0] ?? 0
  return reward.every((r) => r === first) && (first === 0 || terminated.every((t) => t === 0))
}

/**
 * Steps of each environment, at least: more environments are more independent parts, longer ones see whole episodes.
 */
const STEPS = 192

const collect = Effect.fnUntraced(function* <C>(
  setting: Setting<C>,
  tasks: readonly Task[],
  at: Fixed,
  c: JudgeConfig,
  key: Key
) {
  const problem = {
    environment: setting.environment,
    tasks,
    policy: setting.policy,
    environmentsPerTask: Math.max(setting.environmentsPerTask, Math.min(32, Math.ceil(c.transitionsPerTask / STEPS)))
  }
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const collector = yield* setting.algorithm.collector(setting.algorithmConfig, problem)
      return yield* collector.collect(at, c.transitionsPerTask, child(key, "collect"))
    })
  )
})

/**
 * Advantages of one task with a baseline of its own, in the order of the transitions: one value a symbol, or a polynomial.
 *
 * - Shapes: `[n]`, of n transitions.
 * - Units: reward.
 * - Errors: `ProblemError` where γ or λ are outside of [0, 1].
 */
export const ownAdvantages = (
  t: Transitions,
  gamma: number,
  lambda: number,
  { inputs, spaces: { observation } }: Pick<Policy, "inputs" | "spaces">
): Effect.Effect<Float64Array, ArgumentError> => {
  const size = inputsOf(observation)
  const symbols = observation._tag === "Discrete"
  const reached = symbols ? indicators(t.nextObservation, size) : t.nextObservation
  const fit = baselineFitter(t.observation, inputs, size, t.count, symbols ? 1 : 3)
  const advantage = Float64Array.from(t.advantage)
  const target = Float64Array.from({ length: t.count }, (_, i) => t.advantage[i]! + t.value[i]!)
  // Each round moves the λ-returns from the critic's bootstrap towards the baseline's own.
  return Effect.gen(function* () {
    for (let round = 0; round < ROUNDS; round++) {
      const baseline = fit(target)
      const value = baseline.values(t.observation, inputs, t.count)
      const next = baseline.values(reached, size, t.count)
      for (let i = 0; i < t.count; i++) if (t.terminated[i] === 1) next[i] = 0
      const columns = { reward: t.reward, value, next, terminated: t.terminated, truncated: t.truncated }
      yield* fromEither(gaeInto(gamma, lambda, t.environments)(columns, advantage))
      for (let i = 0; i < t.count; i++) target[i] = advantage[i]! + value[i]!
    }
    return advantage
  })
}

/** Symbols as networks see them: `[count, n]`, 1 in one place of each row. */
const indicators = (symbols: Floats, n: number): Float64Array => {
  const out = new Float64Array(symbols.length * n)
  for (let row = 0; row < symbols.length; row++) out[row * n + symbols[row]!] = 1
  return out
}

/** Rounds of fitting λ-returns; more change little. */
const ROUNDS = 4
