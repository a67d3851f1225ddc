/** Gradients of tasks as a run would see them, of a known signal and noise. */
import { child, standardNormal, stream, zeroKey } from "../../../../core/random/mod.ts"
import type { TaskGradients } from "../../../../core/surrogate/estimators/mod.ts"

export interface NoisyTasks {
  /** g_i of each task. */
  readonly directions: readonly (readonly number[])[]
  /** Standard deviation of a transition's part, by coordinate. */
  readonly noise: number
  readonly blocks: number
  /** Of each task. */
  readonly transitions: number
  readonly seed?: number
}

export const noisyTasks = ({ directions, noise, blocks, transitions, seed = 0 }: NoisyTasks): TaskGradients => {
  const size = directions[0]!.length
  const s = stream(child(zeroKey, "noisy tasks", seed))
  const deviation = noise / Math.sqrt(transitions / blocks)
  const values = Float64Array.from({ length: directions.length * blocks * size }, (_, at) => {
    const task = Math.floor(at / (blocks * size))
    return directions[task]![at % size]! + deviation * standardNormal(s)
  })
  return { tasks: directions.length, blocks, size, transitions, values }
}
