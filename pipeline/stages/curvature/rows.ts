/** Transitions as rows of a loss, and what their losses are in the mean. */
import type { Transitions } from "../../../algorithms/mod.ts"
import type { Floats } from "../../../core/random/mod.ts"
import type { WeightedSample } from "../../../core/stat/mod.ts"
import type { LossRows } from "./loss.ts"

/** Mean and deviation of a task's advantages. */
export interface Scale {
  readonly mean: number
  readonly deviation: number
}

/** By the transitions that are trained on; one of no deviation leaves advantages of 0. */
export const scaleOf = ({ advantage }: Pick<Transitions, "advantage">): Scale => {
  let sum = 0
  for (const a of advantage) sum += a
  const mean = sum / advantage.length
  let squares = 0
  for (const a of advantage) squares += (a - mean) * (a - mean)
  const deviation = Math.sqrt(squares / advantage.length)
  return { mean, deviation: deviation > ROUNDING * Math.abs(mean) ? deviation : Number.POSITIVE_INFINITY }
}

/** Advantages that differ by no more of themselves than single precision rounds are all the same. */
const ROUNDING = 1e-6

/** All tasks' transitions one after the other, each task's advantages standardised. */
export const rowsOf = (all: readonly Transitions[], scales: readonly Scale[]): LossRows => {
  const joined = (parts: readonly Floats[]): Float64Array => {
    const out = new Float64Array(parts.reduce((sum, p) => sum + p.length, 0))
    let at = 0
    for (const part of parts) {
      out.set(part, at)
      at += part.length
    }
    return out
  }
  return {
    count: all.reduce((sum, t) => sum + t.count, 0),
    observation: joined(all.map((t) => t.observation)),
    action: joined(all.map((t) => t.action)),
    logProb: joined(all.map((t) => t.logProb)),
    advantage: joined(
      all.map(({ advantage }, i) => {
        const { mean, deviation } = scales[i]!
        return Float64Array.from(advantage, (a) => (a - mean) / deviation)
      })
    )
  }
}

/** Some of the rows. */
export const chosenRows = (rows: LossRows, chosen: ArrayLike<number>): LossRows => {
  const some = (x: Floats): Float64Array => {
    const width = x.length / rows.count
    const out = new Float64Array(chosen.length * width)
    for (let i = 0; i < chosen.length; i++) out.set(x.subarray(chosen[i]! * width, (chosen[i]! + 1) * width), i * width)
    return out
  }
  return {
    count: chosen.length,
    observation: some(rows.observation),
    action: some(rows.action),
    logProb: some(rows.logProb),
    advantage: some(rows.advantage)
  }
}

/**
 * Means of a loss over parts that are about independent: by task, of each of its environments; of a single one, of quarters of
 * its time. The steps of one episode are not independent.
 */
export const independentMeans = (
  all: readonly Transitions[],
  losses: Float64Array,
  weight: number
): readonly WeightedSample[] => {
  let first = 0
  return all.map(({ count, environments }) => {
    const parts = environments > 1 ? environments : Math.min(4, count)
    const sums = new Float64Array(parts)
    const counts = new Float64Array(parts)
    for (let i = 0; i < count; i++) {
      const part = environments > 1 ? i % environments : Math.floor((i * parts) / count)
      sums[part] = sums[part]! + losses[first + i]!
      counts[part] = counts[part]! + 1
    }
    first += count
    return { weight: weight / all.length, values: Array.from(sums, (s, i) => s / counts[i]!) }
  })
}
