/** One step ahead: what an update on one task does to what another task's actions are worth. */
import { Effect } from "effect"
import { norm } from "../../../core/linalg/mod.ts"
import * as T from "../../../core/program/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { realOf } from "../../../core/service/real.ts"
import { Session } from "../../../core/service/session.ts"
import { adamGain, gradientMoments } from "../../../core/surrogate/estimators/mod.ts"
import type { DifferentiablePolicy, Subset, SubsetScore } from "../../../core/surrogate/mod.ts"
import { blockGradients, blocksOf, MOST_ROWS, rowBatch, rowsOf } from "./block_gradients.ts"
import type { TaskAdvantages } from "./observe.ts"

/** The steps that are looked ahead. */
export interface LookaheadStep {
  /** Transitions in an update of one task. */
  readonly batch: number
  /** Updates of an iteration times their step size. */
  readonly length: number
  /** ‖Δ‖ at most. */
  readonly radius?: number
}

/** Σ_t Â_t (π_θ(a_t|s_t)/π_θ★(a_t|s_t) − 1): what the actions of θ★ are worth more to the policy at θ. */
const importance = (policy: DifferentiablePolicy, rows: number) =>
  T.program(
    "advantage of a step",
    {
      theta: [policy.size],
      observation: [rows, policy.inputs],
      action: policy.actionShape(rows),
      before: [rows],
      weight: [rows]
    },
    ({ theta, observation, action, before, weight }) => {
      const { logProb } = policy.logProb(theta, observation, action)
      return { gain: T.sum(T.mul(weight, T.sub(T.exp(T.sub(logProb, before)), 1))) }
    }
  )

/**
 * Z_ji: what one iteration's step on task j alone, along the gradient of one half of its transitions, brings task i on the other half
 * of its own; the mean of both ways round.
 *
 *     Z_ji = mean_{t ∈ i} Â_t (π_{θ★+Δ_j}(a_t|s_t)/π_θ★(a_t|s_t) − 1)
 *
 * - Shapes: `gains` `[n, n]`, row j the task that was trained; `steps` and `gradients` n of `[p]`, the means
 *   of both halves' Δ_j and of all blocks.
 * - Source: Fifty et al., Efficiently Identifying Task Groupings, arXiv:2109.04617, equation 1; the relative change of a loss there,
 *   which a policy's advantage at its own θ does not have (it is 0), is the change itself here.
 */
export const lookahead = Effect.fn("policygradex.lookahead")(function* (
  { policy, theta }: { readonly policy: DifferentiablePolicy; readonly theta: Floats },
  tasks: readonly TaskAdvantages[],
  { batch, length, radius = Number.POSITIVE_INFINITY }: LookaheadStep
) {
  const [n, size] = [tasks.length, policy.size]
  const Real = realOf(yield* Session)
  const session = yield* Session
  const gradients = yield* blockGradients(policy, theta, tasks)
  const rows = Math.min(MOST_ROWS, Math.max(...tasks.map((t) => t.transitions.count)))
  const exe = yield* session.compile(yield* fromEither(importance(policy, rows)))
  const moved = new Real(size)
  const some = rowBatch(policy, rows, Real)
  const { observation, action, logProb: before, weight } = some
  const gain = new Real(1)
  const call = exe.run({ theta: moved, observation, action, before, weight }, { gain })
  const gains = new Float64Array(n * n)
  const steps = tasks.map(() => new Float64Array(size))
  for (const half of [0, 1]) {
    for (let j = 0; j < n; j++) {
      const step = stepOf(gradients[j]!, tasks[j]!, half, batch)
      const scale = Math.min(length, radius / norm(step))
      for (let c = 0; c < size; c++) {
        moved[c] = theta[c]! + scale * step[c]!
        steps[j]![c]! += (scale * step[c]!) / 2
      }
      for (const [i, task] of tasks.entries()) {
        const judged = rowsOfHalf(task, 1 - half)
        for (let from = 0; from < judged.length; from += rows) {
          some.gather(task, judged, from)
          yield* call
          gains[j * n + i]! += gain[0]! / 2
        }
      }
      yield* Effect.yieldNow
    }
  }
  return { gains, steps, gradients: gradients.map(meanOf) }
}, Effect.scoped)

/** What {@link lookahead} says of groups: of each member the mean over the steps of all. Source: Fifty et al., section 3.3. */
export const lookaheadScores = (z: Float64Array, n: number, subsets: readonly Subset[]): readonly SubsetScore[] =>
  subsets.map((tasks) => ({
    tasks,
    values: tasks.map((i) => tasks.reduce((sum, j) => sum + z[j * n + i]!, 0) / tasks.length)
  }))

const meanOf = ({ blocks, values }: { readonly blocks: number; readonly values: Float64Array }): Float64Array => {
  const out = new Float64Array(values.length / blocks)
  for (const [at, v] of values.entries()) out[at % out.length]! += v / blocks
  return out
}

/** The expected direction of Adam on the gradients of half of the blocks. */
const stepOf = (
  { blocks, values }: { readonly blocks: number; readonly values: Float64Array },
  { transitions: { count } }: TaskAdvantages,
  half: number,
  batch: number
): Float64Array => {
  const size = values.length / blocks
  const own = halfOf(blocks, half)
  const part = new Float64Array(own.length * size)
  for (const [k, b] of own.entries()) part.set(values.subarray(b * size, (b + 1) * size), k * size)
  const transitions = [(count * own.length) / blocks]
  const moments = gradientMoments({ tasks: 1, blocks: own.length, size, transitions, values: part })
  return adamGain.update({ moments, batch: () => batch }).direction([0])
}

const rowsOfHalf = ({ transitions }: TaskAdvantages, half: number): Int32Array =>
  Int32Array.from(halfOf(blocksOf(transitions), half).flatMap((b) => Array.from(rowsOf(b, transitions))))

/** Every other block; the only one, where there is one. */
const halfOf = (blocks: number, half: number): readonly number[] =>
  blocks === 1 ? [0] : Array.from({ length: blocks }, (_, b) => b).filter((b) => b % 2 === half)
