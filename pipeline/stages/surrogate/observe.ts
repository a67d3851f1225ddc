/** What the surrogate learns from: transitions of every task at θ★, their advantages and projected gradients. */

import { Effect, Schema } from "effect"
import { inputsOf, Transitions } from "../../../algorithms/internal.ts"
import type { Policy } from "../../../algorithms/mod.ts"
import { baselineFitter, gaeInto, standardiseInPlace } from "../../../core/estimate/mod.ts"
import type { ArgumentError } from "../../../core/failure/mod.ts"
import { child, type Floats } from "../../../core/random/mod.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import type { Projector } from "./features.ts"
import type { ObserveConfig, SurrogateProblem } from "./problem.ts"
import { TaskData } from "./solve_subsets.ts"

/** One task at θ★. */
export const Observed = Schema.Struct({ transitions: Transitions, data: TaskData })
export type Observed = typeof Observed.Type

/** Plays the tasks at θ★ and projects the gradients that were met. A task's numbers do not depend on the other tasks. */
export const observe = Effect.fn("policygradex.observe")(function* <C>(
  problem: SurrogateProblem<C, ObserveConfig>,
  projector: Projector
) {
  const observed: Observed[] = []
  for (const { transitions, advantages } of yield* taskAdvantages(problem)) {
    const features = yield* projector.features(problem.at.policy, transitions)
    observed.push({ transitions, data: { features, advantages } })
  }
  return observed
})

/** The transitions of one task at θ★, and how good each action was. */
export interface TaskAdvantages {
  readonly transitions: Transitions
  /** Â_t of every transition, `[n]`. */
  readonly advantages: Float32Array
  /** Standard deviation of the advantages before they were standardised; 1 where they are not. */
  readonly unit: number
}

/** Plays the tasks at θ★ and says of every action how much better than the task's mean it was. */
export const taskAdvantages = Effect.fn("policygradex.taskAdvantages")(function* <C>(problem: SurrogateProblem<C>) {
  const { baseline, gamma, lambda, normaliseAdvantages } = problem.config
  const found: TaskAdvantages[] = []
  for (const transitions of yield* collect(problem)) {
    const advantages =
      baseline === "task"
        ? yield* ownAdvantages(transitions, gamma, lambda, problem.setting.policy)
        : Float64Array.from(transitions.advantage)
    found.push({ transitions, ...judged(advantages, normaliseAdvantages, isIndifferent(transitions)) })
  }
  return found
})

/** Advantages of a task as gradients weigh by them, standardised where asked, and their unit. They are changed in place. */
export const judged = (
  advantages: Float64Array,
  normalise: boolean,
  indifferent: boolean
): Pick<TaskAdvantages, "advantages" | "unit"> => {
  const unit = normalise ? deviationOf(advantages) : 1
  // Standardised, the rounding of a baseline would look like a signal.
  if (indifferent) advantages.fill(0)
  else if (normalise) standardiseInPlace(advantages)
  return { advantages: Float32Array.from(advantages), unit }
}

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

const collect = Effect.fnUntraced(function* <C>({ setting, tasks, at, config, key }: SurrogateProblem<C>) {
  const { environment, policy, algorithm, algorithmConfig } = setting
  const { transitionsPerTask } = config
  const environmentsPerTask = Math.max(setting.environmentsPerTask, Math.min(32, Math.ceil(transitionsPerTask / STEPS)))
  const collector = yield* algorithm.collector(algorithmConfig, { environment, tasks, policy, environmentsPerTask })
  return yield* collector.collect(at, transitionsPerTask, child(key, "collect"))
}, Effect.scoped)

/**
 * Advantages of one task with a baseline of its own, in the order of the transitions: one value a symbol, or a polynomial.
 *
 * - Shapes: `[n]`, of n transitions.
 * - Units: reward.
 * - Errors: `ArgumentError` where γ or λ are outside of [0, 1].
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
