/** How much of what is predicted is noise of what it was predicted from: a bootstrap over independent blocks of transitions. */
import { integers, permutation, type Stream } from "../../random/mod.ts"
import type { GradientEstimator } from "./estimator.ts"
import { type BlockCounts, type GradientMoments, gradientMoments, momentsOf, type TaskGradients } from "./gradients.ts"
import { type Pull, pullsOf } from "./pulls.ts"
import type { ExpectedReturn } from "./returns.ts"

/** What predictions are made from. */
export interface WorthData {
  readonly gradients: TaskGradients
  /** Of the same gradients. */
  readonly moments: GradientMoments
  /** Return of each task at θ★, where all trainings start. */
  readonly start: readonly number[]
  /** The least and the largest return that each task can have at all. */
  readonly possible: readonly (readonly [number, number])[]
  /** Return of a task after its training in a group of so many tasks, by how the group's updates pull it. */
  readonly returnOf: (task: number, members: number, pull: Pull) => ExpectedReturn
  /** Transitions in an update of a group of so many tasks. */
  readonly batch: (members: number) => number
}

/** Predicted returns of a group's members. */
export type GroupPredictions = (members: readonly number[]) => readonly ExpectedReturn[]

/** Returns of the members of any group of tasks with these gradients; `scale` brings gains to those of all coordinates. */
export const returnsIn = (
  estimator: GradientEstimator,
  { batch, returnOf }: Pick<WorthData, "batch" | "returnOf">,
  moments: GradientMoments,
  scale = 1
): GroupPredictions => {
  const pulls = pullsOf(estimator.update({ moments, batch }), moments)
  return (members) =>
    pulls(members).map((pull, a) => returnOf(members[a]!, members.length, { ...pull, aligned: scale * pull.aligned }))
}

/** Coordinates that the draws look at, at most: their spread needs no more. */
const COORDINATES = 1024

/** Makes draws: each gives predictions from other blocks of the same transitions. */
export const bootstrap = (estimator: GradientEstimator, data: WorthData, s: Stream): (() => GroupPredictions) => {
  const thinned = thin(data.gradients, s)
  const alone = (moments: GradientMoments): number => {
    const update = estimator.update({ moments, batch: data.batch })
    return data.start.reduce((sum, _, i) => sum + update.gains([i])[0]!, 0)
  }
  const [whole, part] = [alone(data.moments), alone(gradientMoments(thinned))]
  const scale = part > 0 && whole > 0 ? whole / part : data.gradients.size / thinned.size
  return () => returnsIn(estimator, data, momentsOf(thinned, resampled(thinned, s)), scale)
}

const resampled = ({ tasks, blocks }: TaskGradients, s: Stream): BlockCounts =>
  Array.from({ length: tasks }, () => {
    const counts = new Int32Array(blocks)
    for (let b = 0; b < blocks; b++) counts[integers(s, 0, blocks)]! += 1
    return counts
  })

/** Some of the coordinates. */
const thin = (g: TaskGradients, s: Stream): TaskGradients => {
  if (g.size <= COORDINATES) return g
  const some = permutation(s, g.size).subarray(0, COORDINATES)
  const rows = g.tasks * g.blocks
  const values = new Float64Array(rows * COORDINATES)
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < COORDINATES; c++) values[row * COORDINATES + c] = g.values[row * g.size + some[c]!]!
  }
  return { ...g, size: COORDINATES, values }
}

/** Draws that the noise of groups is told by: it stands beside what the model itself misses, which is more. */
const DRAWS = 16

/** What is predicted of some groups, member by member, one group after the other. */
export interface PredictedGroups {
  readonly returns: Float64Array
  /** How far off the model of learning may be, as mean of standard deviations: a quarter of its 95% intervals. */
  readonly modelError: number
  /** Draws of the prediction's noise, with mean 0, `[draws, returns.length]`. */
  readonly noise: Float64Array
}

/** Predicts each of these groups, with the noise of it. Units: those of `start`. */
export const predictGroups = (
  estimator: GradientEstimator,
  data: WorthData,
  groups: readonly (readonly number[])[],
  s: Stream
): PredictedGroups => {
  const expected = groups.flatMap(returnsIn(estimator, data, data.moments))
  const returns = Float64Array.from(expected, (r) => r.value)
  const modelError = expected.reduce((sum, { low, high }) => sum + (high - low) / 4, 0) / expected.length
  const draw = bootstrap(estimator, data, s)
  const count = returns.length
  const noise = new Float64Array(DRAWS * count)
  for (let d = 0; d < DRAWS; d++) {
    const values = groups.flatMap(draw()).map((r) => r.value)
    noise.set(values, d * count)
  }
  for (let p = 0; p < count; p++) {
    let sum = 0
    for (let d = 0; d < DRAWS; d++) sum += noise[d * count + p]!
    for (let d = 0; d < DRAWS; d++) noise[d * count + p]! -= sum / DRAWS
  }
  return { returns, modelError, noise }
}
