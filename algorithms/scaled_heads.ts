/** PopArt in a training: heads of value functions in scales of their own, which follow what their tasks' values are to reach. */
import * as E from "fp-ts/lib/Either.js"
import { preserveOutputs, type ScaledHead, type TargetScale, targetScale } from "../core/estimate/mod.ts"
import type { ArgumentError } from "../core/failure/mod.ts"
import type { Network } from "../core/network/mod.ts"
import { matmul, reshape, slice, type Tensor } from "../core/program/mod.ts"
import type { Problem } from "./algorithm.ts"
import { problemError } from "./error.ts"
import type { Policy } from "./policy.ts"
import { placesOf } from "./told.ts"

type Numbers = Float32Array | Float64Array

/** Where a value network's last layer stands, whose outputs are those of one head after another. */
export interface ValueHeads {
  readonly count: number
  /** Names of the network's blocks. */
  readonly weights: string
  readonly bias: string
}

/**
 * The heads of an architecture's value network: one for each task, or a single one; undefined where no last layer has them for
 * itself.
 */
export const valueHeads = ({ network: { id, layout }, taskIds }: Policy): ValueHeads | undefined => {
  const names = layout.blocks.map((b) => b.name)
  if (names.includes("W_heads")) return { count: taskIds.length, weights: "W_heads", bias: "b_heads" }
  const [weights, bias] = names.slice(-2)
  return id === "mlp" && weights !== undefined && bias !== undefined ? { count: 1, weights, bias } : undefined
}

/** Errors: `ArgumentError` for a critic none of whose layers is the last one alone. */
export const checkHeads = (policy: Policy): E.Either<ArgumentError, undefined> => {
  const want = "off, or network.id mlp, multi-head or moore, whose last layer stands alone"
  return valueHeads(policy) === undefined ? E.left(problemError("popArt", want, policy.network.id)) : E.right(undefined)
}

/** The heads of a problem's tasks: each its own, or all the one there is. */
export const headsOf = (
  { count }: Pick<ValueHeads, "count">,
  problem: Pick<Problem, "policy" | "tasks">
): readonly number[] => (count === 1 ? problem.tasks.map(() => 0) : placesOf(problem))

/** Of numbers of each head `[count]` those of every row's own: `[rows]`, or `[1]` of the only head. */
export const ofRows = ({ inputs, taskIds }: Policy, each: Tensor, observation: Tensor): Tensor => {
  const [count = 0, rows = 0] = [each.shape[0], observation.shape[0]]
  if (count === 1) return each
  const task = slice(observation, [0, inputs - taskIds.length], [rows, taskIds.length])
  return reshape(matmul(task, reshape(each, [count, 1])), [rows])
}

/** The last layer of a network with these parameters, as a part of their memory. */
export const lastLayer = ({ layout }: Network, heads: ValueHeads, parameters: Numbers): ScaledHead => ({
  weights: layout.host(parameters, heads.weights),
  bias: layout.host(parameters, heads.bias)
})

/** Mean and deviation of every head's targets: `[count]`, changed in place. */
export interface HeadScales {
  readonly mean: Numbers
  readonly deviation: Numbers
}

/** What a head is to reach, and β by which its scale follows. */
export interface HeadTargets {
  readonly head: number
  readonly targets: Float64Array
  readonly beta: number
}

/** Takes targets into their head's scale, and moves the last layers in place so that all values stay what they were. */
export const takeTargets = (
  layers: readonly ScaledHead[],
  { mean, deviation }: HeadScales,
  { head, targets, beta }: HeadTargets
): void => {
  const now = (): TargetScale => ({ mean: mean[head]!, deviation: deviation[head]! })
  const before = now()
  const after = targetScale(before, targets, beta)
  mean[head] = after.mean
  deviation[head] = after.deviation
  for (const { weights, bias } of layers) {
    const [outputs, width] = [bias.length / mean.length, weights.length / bias.length]
    for (let row = head * outputs; row < (head + 1) * outputs; row++) {
      const own = { weights: weights.subarray(row * width, (row + 1) * width), bias: bias.subarray(row, row + 1) }
      // By the scale as the session has it: in float32 it is what it was rounded to.
      preserveOutputs(own, before, now())
    }
  }
}
