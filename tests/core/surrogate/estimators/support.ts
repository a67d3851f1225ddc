/** Gradients of tasks as a run would see them, of a known signal and noise. */
import { child, standardNormal, stream, zeroKey } from "../../../../core/random/mod.ts"
import type { TaskGradients } from "../../../../core/surrogate/estimators/mod.ts"

export interface NoisyTasks {
  /** g_i of each task. */
  readonly directions: readonly (readonly number[])[]
  /** Standard deviation of a transition's part, by coordinate. */
  readonly noise: number
  readonly blocks: number
  /** Of each task, or of one task after the other. */
  readonly transitions: number | readonly number[]
  readonly seed?: number
}

export const noisyTasks = ({ directions, noise, blocks, seed = 0, ...given }: NoisyTasks): TaskGradients => {
  const size = directions[0]!.length
  const transitions = directions.map((_, i) =>
    typeof given.transitions === "number" ? given.transitions : given.transitions[i]!
  )
  const s = stream(child(zeroKey, "noisy tasks", seed))
  const values = Float64Array.from({ length: directions.length * blocks * size }, (_, at) => {
    const task = Math.floor(at / (blocks * size))
    return directions[task]![at % size]! + (noise / Math.sqrt(transitions[task]! / blocks)) * standardNormal(s)
  })
  return { tasks: directions.length, blocks, size, transitions, values }
}
