/** Whether an iteration trained on transitions that were collected elsewhere. */
import type { TaskRow, Transitions } from "../../../algorithms/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import { mean } from "../../../core/stat/mod.ts"

/**
 * Whether the iteration saw these very transitions: as many episodes ended with the same returns, and where none ended with the last
 * step, what the learner sees now is what that step led to.
 *
 * - Shapes: `now` `[tasks · environments · inputs]`, as a state has it; without it episodes alone tell.
 */
export const isSame = (training: readonly Transitions[], rows: readonly TaskRow[], now: Floats | undefined): boolean =>
  training.every((t, task) => {
    const { episodes, meanReturn } = rows[task]!
    const { returns } = t.episodes
    if (returns.length !== episodes) return false
    if (meanReturn !== undefined && !near(meanReturn, mean([...returns]))) return false
    if (now === undefined) return true
    const inputs = t.observation.length / t.count
    const size = t.nextObservation.length / t.count
    // A discrete observation is one number here and one-hot there; its episodes must tell.
    if (size > inputs || (size === 1 && inputs > 1)) return true
    const last = t.count - t.environments
    return Array.from({ length: t.environments }, (_, e) => e).every((e) => {
      if (t.terminated[last + e]! + t.truncated[last + e]! > 0) return true
      const from = (task * t.environments + e) * inputs
      return Array.from({ length: size }, (_, i) => i).every((i) =>
        near(now[from + i]!, t.nextObservation[(last + e) * size + i]!)
      )
    })
  })

/** To what single precision keeps. */
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-4 * (1 + Math.abs(b))
