/** Gradients that were taken elsewhere, of any model: a row of features for each transition, or a mean and its noise for each task. */
import { Effect, Stream } from "effect"
import { child, type Key, standardNormal, stream } from "../../core/random/mod.ts"
import { MOST_BLOCKS } from "../stages/surrogate/block_gradients.ts"
import type { SeenTask } from "../stages/surrogate/gradients.ts"
import type { Columns } from "./columns.ts"
import type { RowSource } from "./rows.ts"
import { seenTask, weighed } from "./see.ts"
import type { Survey } from "./survey.ts"

/** Nothing to follow: there is no policy here. */
const unvisited = { count: 0, observation: new Float64Array(0), action: new Float64Array(0) }

/**
 * Mean of Â_t·φ_t over each block of each task, where φ_t `[d]` is ∇log π(a_t|s_t) or a projection of it that keeps inner products.
 *
 * - Errors: `FileError`, `ArgumentError` of the source.
 */
export const seeFeatures = Effect.fn("given.seeFeatures")(function* (
  source: RowSource,
  columns: Columns,
  { tasks, taskOf }: Pick<Survey, "tasks" | "taskOf">,
  normalise: boolean
) {
  const { name, width } = columns.features!
  const parts = tasks.map((task) => weighed(task, normalise))
  const sums = parts.map(({ blocks }) => new Float64Array(blocks * width))
  const rowOf = new Int32Array(tasks.length)
  let row = 0
  yield* source.read([name]).pipe(
    Stream.runForEach(({ count, numbers }) =>
      Effect.sync(() => {
        const features = numbers[name]!
        for (let r = 0; r < count; r++) {
          const t = taskOf[row++]!
          if (t < 0) continue
          const k = rowOf[t]!++
          const { advantages, sizes, of } = parts[t]!
          const b = of(k)
          const weight = advantages[k]! / sizes[b]!
          const into = sums[t]!
          for (let i = 0; i < width; i++) into[b * width + i]! += weight * features[r * width + i]!
        }
      })
    )
  )
  return tasks.map(
    (task, t): SeenTask => ({
      ...seenTask(task, parts[t]!.unit),
      blocks: parts[t]!.blocks,
      gradients: Float32Array.from(sums[t]!),
      visited: unvisited
    })
  )
})

/** A task's mean gradient over M transitions, and the variance of one transition's part in it. */
export interface MeanGradient {
  readonly id: string
  /** M. */
  readonly transitions: number
  /** g, `[d]`. */
  readonly mean: Float64Array
  /** v, `[d]`; the variance of g is v/M. */
  readonly variance: Float64Array
}

/**
 * The same as blocks, which all that follows is made from: B of them with exactly this mean and variance,
 *
 *     ḡ_b = g + √(v·B/M)·z_b,    Σ_b z_b = 0,   Σ_b z_b² = B − 1,   z normal before that
 *
 * so that (M/B)·1/(B − 1) Σ_b (ḡ_b − g)² = v. Their bootstrap is that of a normal g.
 */
export const seeMeans = (given: readonly MeanGradient[], key: Key): readonly SeenTask[] =>
  given.map(({ id, transitions, mean, variance }): SeenTask => {
    const s = stream(child(key, "blocks", id))
    const d = mean.length
    const gradients = new Float64Array(MOST_BLOCKS * d)
    for (let i = 0; i < d; i++) {
      const z = Float64Array.from({ length: MOST_BLOCKS }, () => standardNormal(s))
      const centre = z.reduce((a, b) => a + b, 0) / MOST_BLOCKS
      const squares = z.reduce((sum, x) => sum + (x - centre) ** 2, 0)
      const scale = Math.sqrt((variance[i]! * MOST_BLOCKS) / transitions) * Math.sqrt((MOST_BLOCKS - 1) / squares)
      for (let b = 0; b < MOST_BLOCKS; b++) gradients[b * d + i] = mean[i]! + scale * (z[b]! - centre)
    }
    return {
      visited: unvisited,
      transitions,
      blocks: MOST_BLOCKS,
      gradients: Float32Array.from(gradients),
      unit: 1,
      episodeLength: 1,
      episodeReturn: 0,
      range: [0, 0],
      rewards: [0, 0]
    }
  })
