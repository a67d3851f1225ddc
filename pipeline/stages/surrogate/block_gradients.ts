/** Policy gradients of tasks at θ★ over independent blocks of their transitions. */
import { Effect } from "effect"
import type { Transitions } from "../../../algorithms/mod.ts"
import * as T from "../../../core/program/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { type RealConstructor, realOf } from "../../../core/service/real.ts"
import { Session } from "../../../core/service/session.ts"
import type { DifferentiablePolicy } from "../../../core/surrogate/mod.ts"
import type { TaskAdvantages } from "./observe.ts"

/** Rows of one call, at most. */
export const MOST_ROWS = 1024

/** Blocks of a task, at most: enough to tell its noise within a fifth, few enough to be cheap. */
export const MOST_BLOCKS = 16

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
export const blockGradients = Effect.fn("pipeline.blockGradients")(function* (
  policy: DifferentiablePolicy,
  theta: Floats,
  tasks: readonly TaskAdvantages[]
) {
  const size = rowsOfCall(tasks.map(({ transitions: t }) => Math.ceil(t.count / blocksOf(t))))
  const { batch, gradient, call } = yield* gradientOfRows(policy, theta, size)

  return yield* Effect.forEach(
    tasks,
    Effect.fnUntraced(function* (task) {
      const blocks = blocksOf(task.transitions)
      const values = new Float64Array(blocks * policy.size)
      for (let block = 0; block < blocks; block++) {
        const rows = rowsOf(block, task.transitions)
        const into = values.subarray(block * policy.size, (block + 1) * policy.size)
        for (let from = 0; from < rows.length; from += size) {
          batch.gather(task, rows, from)
          yield* call
          for (let i = 0; i < into.length; i++) into[i]! += gradient[i]!
        }
        yield* Effect.yieldNow
      }
      return { blocks, values }
    })
  )
})

/** Rows of one call, by the largest block of each task: as few calls as there can be, none of them half empty. */
export const rowsOfCall = (largest: readonly number[]): number => {
  const most = Math.max(...largest)
  return Math.ceil(most / Math.ceil(most / MOST_ROWS))
}

/** Makes ready to take Σ weight·∇log π over `size` rows of a batch; `call` puts it into `gradient`. */
export const gradientOfRows = Effect.fnUntraced(function* (policy: DifferentiablePolicy, theta: Floats, size: number) {
  const session = yield* Session
  const Real = realOf(session)
  const exe = yield* session.compile(yield* fromEither(weighted(policy, size)))
  const batch = rowBatch(policy, size, Real)
  const gradient = new Real(policy.size)
  const { observation, action, weight } = batch
  const call = exe.run({ theta: Real.from(theta), observation, action, weight }, { gradient })
  return { batch, gradient, call }
})

/** Some rows of a task where a program reads them. */
export const rowBatch = (policy: DifferentiablePolicy, size: number, Real: RealConstructor) => {
  const { inputs, actionSize } = policy
  const observation = new Real(size * inputs)
  const action = new Real(size * actionSize)
  const weight = new Real(size)
  const logProb = new Real(size)
  return {
    observation,
    action,
    /** Â_t over the number of rows that there are in all; 0 in what is left of a former batch. */
    weight,
    /** log π(a|s) at θ★. */
    logProb,
    /** Reads rows on from one of them. */
    gather: ({ transitions: t, advantages }: TaskAdvantages, rows: Int32Array, from: number): void => {
      weight.fill(0)
      for (let k = 0; k < Math.min(size, rows.length - from); k++) {
        const row = rows[from + k]!
        weight[k] = advantages[row]! / rows.length
        logProb[k] = t.logProb[row]!
        for (let i = 0; i < inputs; i++) observation[k * inputs + i] = t.observation[row * inputs + i]!
        for (let i = 0; i < actionSize; i++) action[k * actionSize + i] = t.action[row * actionSize + i]!
      }
    }
  }
}

/** Independent parts of a task's transitions. */
export const blocksOf = ({ environments }: Pick<Transitions, "environments">): number =>
  Math.min(MOST_BLOCKS, environments)

/** Rows of the environments of a block, in the order [step, environment] of `Transitions`. */
export const rowsOf = (
  block: number,
  { environments, count }: Pick<Transitions, "environments" | "count">
): Int32Array => {
  const blocks = blocksOf({ environments })
  const first = Math.floor((block * environments) / blocks)
  const width = Math.floor(((block + 1) * environments) / blocks) - first
  const steps = count / environments
  return Int32Array.from(
    { length: steps * width },
    (_, i) => Math.floor(i / width) * environments + first + (i % width)
  )
}
