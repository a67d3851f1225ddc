/** What trainings from several seeds come to: returns by step, and what the last policies are worth. */
import { Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { stream, zeroKey } from "../core/random/mod.ts"
import { aggregateInterquartileMean, mean, stratifiedInterval } from "../core/stat/mod.ts"

/** One training from one seed. */
export const Training = Schema.Struct({
  seed: Schema.Int,
  /** Steps taken, and the mean return of the episodes that ended since the point before; in the order of steps. */
  curve: Schema.Array(Schema.Tuple([Schema.Int, Schema.Finite])),
  /** Returns of whole episodes under the last policy, by how its actions were chosen. */
  returns: Schema.Record(Schema.String, Schema.Array(Schema.Finite))
})
export type Training = typeof Training.Type

/** An interquartile mean over seeds with its interval. */
export const Worth = Schema.Struct({
  estimate: Schema.Finite,
  low: Schema.Finite,
  high: Schema.Finite,
  /** Confidence, and runs that it was made of. */
  level: Schema.Finite,
  count: Schema.Int
})
export type Worth = typeof Worth.Type

/** One side of a comparison of trainings. */
export const Learning = Schema.Struct({
  work: Schema.String,
  /** `ours`, or the peer's name. */
  side: Schema.String,
  /** Median over seeds; evaluation is not counted. */
  stepsPerSecond: Schema.Finite,
  /** Each seed is one run, whose score is the mean return of its episodes. */
  worth: Schema.Record(Schema.String, Worth),
  runs: Schema.Array(Training)
})
export type Learning = typeof Learning.Type

/** The name of our own side. */
export const OURS = "ours"

/**
 * Interquartile mean over runs with its bootstrap interval at 95%, by how actions were chosen.
 *
 * With fewer than four runs nothing is cut off: it is their mean, and the interval lies between the worst and the best.
 */
export const worthOf = (runs: readonly Training[]): Readonly<Record<string, Worth>> => {
  const worth: Record<string, Worth> = {}
  for (const actions of Object.keys(runs[0]?.returns ?? {})) {
    const scores = runs.map((run) => mean(run.returns[actions] ?? []))
    const draws = stream(zeroKey)
    const interval = stratifiedInterval([scores], aggregateInterquartileMean, { stream: draws })
    // Left where a side gave no returns of this kind: then there is nothing to tell.
    if (E.isRight(interval)) worth[actions] = interval.right
  }
  return worth
}

/** What one side's measurements come to; undefined where no training is among them. */
export const learningOf = (
  work: string,
  side: string,
  stepsPerSecond: number | undefined,
  runs: readonly Training[]
): Learning | undefined =>
  stepsPerSecond === undefined || runs.length === 0
    ? undefined
    : { work, side, stepsPerSecond, worth: worthOf(runs), runs }
