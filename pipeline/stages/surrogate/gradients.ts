/** Policy gradients of every task at θ★ in independent parts: their means are the signal, their spread is the noise. */
import { Effect, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { Policy, Transitions } from "../../../algorithms/mod.ts"
import { FloatArray } from "../../../core/service/data.ts"
import { mean } from "../../../core/stat/mod.ts"
import { MOST_STEPS } from "../../../envs/internal.ts"
import { limitOf } from "../../../envs/mod.ts"
import { blockGradients } from "./block_gradients.ts"
import { firstRows } from "./estimate.ts"
import { Visited } from "./features.ts"
import { taskAdvantages } from "./observe.ts"
import type { SurrogateProblem } from "./problem.ts"

/** What one task showed at θ★, without a feature of any single transition. */
export const SeenTask = Schema.Struct({
  /** The first transitions, for the first-order check. */
  visited: Visited,
  transitions: Schema.Int,
  blocks: Schema.Int,
  /** Mean of Â_t·∇log π(a_t|s_t) over each block, `[blocks, p]`. */
  gradients: FloatArray,
  /** One standardised advantage in the unit of the return. */
  unit: Schema.Number,
  /** Means over the episodes that ended; where none did, of episodes to their time limit at the rate that was seen. */
  episodeLength: Schema.Number,
  episodeReturn: Schema.Number,
  /** Lowest and highest return of an episode. */
  range: Schema.Tuple([Schema.Number, Schema.Number]),
  /** Lowest and highest reward of a step. */
  rewards: Schema.Tuple([Schema.Number, Schema.Number]),
  /** Steps after which an episode is cut off, where that is known. */
  limit: Schema.optionalKey(Schema.Number)
})
export type SeenTask = typeof SeenTask.Type

/** Plays the tasks at θ★ and takes their gradients. A task's numbers do not depend on the other tasks. */
export const seeTasks = Effect.fn("policygradex.seeTasks")(function* <C>(problem: SurrogateProblem<C>) {
  const { policy } = problem.setting
  const all = yield* taskAdvantages(problem)
  const gradients = yield* Effect.scoped(blockGradients(policy, problem.at.policy, all))
  return all.map(({ transitions, unit }, i): SeenTask => {
    const { blocks, values } = gradients[i]!
    const row = { blocks, gradients: Float32Array.from(values.subarray(0, blocks * policy.size)) }
    const limit = lengthOf(problem, i)
    const told = limit < MOST_STEPS ? { limit } : {}
    return { ...row, unit, ...episodesOf(transitions, limit), ...told, ...seenRows(transitions, policy) }
  })
})

const seenRows = (t: Transitions, policy: Policy) => ({ visited: firstRows(t, policy), transitions: t.count })

/** Steps of an episode of a task that nothing ends before its time limit. */
export const lengthOf = <C>({ setting: { environment }, tasks }: SurrogateProblem<C>, task: number): number => {
  const made = environment.make(tasks[task]!.params)
  // Environments of other processes have no dynamics here.
  return E.isRight(made) ? limitOf(environment, made.right) : Math.min(environment.maxEpisodeSteps, MOST_STEPS)
}

/** What the episodes of a task at θ★ were like; where none came to its end, as they go on at this rate to their time limit. */
export const episodesOf = ({ episodes, reward, count, environments }: Transitions, length: number) => {
  const rewards = endsOf(reward)
  if (episodes.returns.length > 0) {
    const range = endsOf(episodes.returns)
    return { episodeLength: mean(episodes.lengths), episodeReturn: mean(episodes.returns), range, rewards }
  }
  const scale = (length * environments) / count
  const totals = new Float64Array(environments)
  for (const [row, r] of reward.entries()) totals[row % environments]! += scale * r
  const own = Array.from(totals)
  return { episodeLength: length, episodeReturn: mean(own), range: endsOf(own), rewards }
}

const endsOf = (x: Iterable<number>): readonly [number, number] => {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const v of x) {
    if (v < least) least = v
    if (v > most) most = v
  }
  return [least, most]
}
