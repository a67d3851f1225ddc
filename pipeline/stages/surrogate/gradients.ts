/** Policy gradients of every task at θ★ in independent parts: their means are the signal, their spread is the noise. */
import { Effect, Schema } from "effect"
import type { Policy, Transitions } from "../../../algorithms/mod.ts"
import * as T from "../../../core/program/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import { FloatArray } from "../../../core/service/data.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { realOf } from "../../../core/service/real.ts"
import { Session } from "../../../core/service/session.ts"
import { mean } from "../../../core/stat/mod.ts"
import type { DifferentiablePolicy } from "../../../core/surrogate/mod.ts"
import { firstRows } from "./estimate.ts"
import { Visited } from "./features.ts"
import { type TaskAdvantages, taskAdvantages } from "./observe.ts"
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
  /** Means over the episodes that ended; over the whole of each environment, where none did. */
  episodeLength: Schema.Number,
  episodeReturn: Schema.Number,
  /** Lowest and highest return of an episode. */
  range: Schema.Tuple([Schema.Number, Schema.Number])
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
    return { ...row, unit, ...episodesOf(transitions), ...seenRows(transitions, policy) }
  })
})

const seenRows = (t: Transitions, policy: Policy) => ({ visited: firstRows(t, policy), transitions: t.count })

const episodesOf = ({ episodes, reward, count, environments }: Transitions) => {
  if (episodes.returns.length > 0) {
    const range = [Math.min(...episodes.returns), Math.max(...episodes.returns)] as const
    return { episodeLength: mean(episodes.lengths), episodeReturn: mean(episodes.returns), range }
  }
  const totals = new Float64Array(environments)
  for (const [row, r] of reward.entries()) totals[row % environments]! += r
  const own = Array.from(totals)
  const range = [Math.min(...own), Math.max(...own)] as const
  return { episodeLength: count / environments, episodeReturn: mean(own), range }
}

/** Rows of one call, at most. */
const MOST_ROWS = 1024

/** Blocks of a task, at most: enough to tell its noise within a fifth, few enough to be cheap. */
const MOST_BLOCKS = 16

const weighted = (policy: DifferentiablePolicy, rows: number) =>
  T.program(
    "weighted policy gradient",
    { theta: [policy.size], observation: [rows, policy.inputs], action: policy.actionShape(rows), weight: [rows] },
    ({ theta, observation, action, weight }) => {
      const { logProb } = policy.logProb(theta, observation, action)
      const [gradient] = T.gradients(T.sum(T.mul(weight, logProb)), [theta])
      return { gradient: gradient! }
    }
  )

/**
 * Mean of Â_t·∇log π(a_t|s_t) over each block of a task's transitions: of each task `[blocks, p]`.
 *
 * A block is the whole time of some of the environments that were played side by side. They share nothing but θ★ and the
 * baseline, so that blocks are independent although the steps of an episode are not.
 */
const blockGradients = Effect.fn("pipeline.blockGradients")(function* (
  policy: DifferentiablePolicy,
  theta: Floats,
  tasks: readonly TaskAdvantages[]
) {
  const session = yield* Session
  const Real = realOf(session)
  const most = Math.max(...tasks.map(({ transitions: t }) => Math.ceil(t.count / blocksOf(t))))
  // As few calls as there can be, none of them half empty.
  const size = Math.ceil(most / Math.ceil(most / MOST_ROWS))
  const exe = yield* session.compile(yield* fromEither(weighted(policy, size)))
  const observation = new Real(size * policy.inputs)
  const action = new Real(size * policy.actionSize)
  const weight = new Real(size)
  const gradient = new Real(policy.size)
  const call = exe.run({ theta: Real.from(theta), observation, action, weight }, { gradient })

  /** Puts some rows where the call reads them; what is left of a former call weighs nothing. */
  const gather = ({ transitions: t, advantages }: TaskAdvantages, rows: Int32Array, from: number): void => {
    weight.fill(0)
    for (let k = 0; k < Math.min(size, rows.length - from); k++) {
      const row = rows[from + k]!
      weight[k] = advantages[row]! / rows.length
      for (let i = 0; i < policy.inputs; i++)
        observation[k * policy.inputs + i] = t.observation[row * policy.inputs + i]!
      for (let i = 0; i < policy.actionSize; i++)
        action[k * policy.actionSize + i] = t.action[row * policy.actionSize + i]!
    }
  }

  return yield* Effect.forEach(
    tasks,
    Effect.fnUntraced(function* (task) {
      const { environments, count } = task.transitions
      const blocks = blocksOf(task.transitions)
      const values = new Float64Array(blocks * policy.size)
      for (let block = 0; block < blocks; block++) {
        const rows = rowsOf(block, blocks, environments, count)
        const into = values.subarray(block * policy.size, (block + 1) * policy.size)
        for (let from = 0; from < rows.length; from += size) {
          gather(task, rows, from)
          yield* call
          for (let i = 0; i < into.length; i++) into[i]! += gradient[i]!
        }
        yield* Effect.yieldNow
      }
      return { blocks, values }
    })
  )
})

const blocksOf = ({ environments }: Pick<Transitions, "environments">): number => Math.min(MOST_BLOCKS, environments)

/** Rows of the environments of a block, in the order [step, environment] of `Transitions`. */
const rowsOf = (block: number, blocks: number, environments: number, count: number): Int32Array => {
  const first = Math.floor((block * environments) / blocks)
  const width = Math.floor(((block + 1) * environments) / blocks) - first
  const steps = count / environments
  return Int32Array.from(
    { length: steps * width },
    (_, i) => Math.floor(i / width) * environments + first + (i % width)
  )
}
