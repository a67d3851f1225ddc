/** The one form of every benchmark: its JSON schema, and which way its ratios point. */
import { Schema } from "effect"
import { Learning } from "./learning.ts"

/** Units of which more is better. */
const rates = ["GFLOP/s", "steps/s", "transitions/s", "draws/s", "nmi", "correlation"] as const

/** Units of which less is better. */
const costs = ["ms", "s", "MB", "FLOP"] as const

export const Unit = Schema.Literals([...rates, ...costs])
export type Unit = typeof Unit.Type

/** Smallest, middle and largest of the measurements of one side. */
export const Spread = Schema.Struct({
  min: Schema.Finite,
  median: Schema.Finite,
  max: Schema.Finite,
  rounds: Schema.Int
})
export type Spread = typeof Spread.Type

/** One comparison; `null` is what was not measured, and `note` says why. */
export const Row = Schema.Struct({
  /** What was done, with its sizes. */
  work: Schema.String,
  /** Against whom; `floor` is a figure we hold ourselves to. */
  peer: Schema.String,
  /** Median of our measurements, in `unit`. */
  ours: Schema.NullOr(Schema.Finite),
  /** Median of theirs, in `unit`. */
  theirs: Schema.NullOr(Schema.Finite),
  unit: Unit,
  /** Above 1 where we are ahead, whichever way the unit points. */
  ratio: Schema.NullOr(Schema.Finite),
  /** The ratio we want, where we want one. */
  goal: Schema.NullOr(Schema.Finite),
  spread: Schema.Struct({ ours: Schema.NullOr(Spread), theirs: Schema.NullOr(Spread) }),
  note: Schema.String
})
export type Row = typeof Row.Type

/** Where the figures were taken. `core` is the one both sides stayed on, `load` the machine's load before. */
export const Machine = Schema.Struct({
  cpu: Schema.String,
  cores: Schema.Int,
  memoryGiB: Schema.Finite,
  platform: Schema.String,
  core: Schema.NullOr(Schema.Int),
  load: Schema.Finite
})
export type Machine = typeof Machine.Type

/** The answer of `bun run bench SUITE --json`, and what `bench/results/SUITE.json` holds. */
export const Report = Schema.Struct({
  suite: Schema.String,
  machine: Machine,
  versions: Schema.Record(Schema.String, Schema.String),
  rows: Schema.Array(Row),
  /** What each side of the works that are trainings learnt; absent where there are none. */
  learning: Schema.optionalKey(Schema.Array(Learning))
})
export type Report = typeof Report.Type

/** How many times better ours is than theirs: ours / theirs of a rate, theirs / ours of a time or a size. */
export const ratio = (unit: Unit, ours: number, theirs: number): number =>
  rates.some((rate) => rate === unit) ? ours / theirs : theirs / ours

/** Summary of one side's measurements; the median of an even number of them is the mean of the middle two. */
export const spread = (measured: readonly number[]): Spread | null => {
  if (measured.length === 0) return null
  const sorted = measured.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
  return { min: sorted[0]!, median, max: sorted.at(-1)!, rounds: sorted.length }
}

/** The comparison of two sides, each of which may be missing. */
export const row = (
  what: { readonly work: string; readonly peer: string; readonly unit: Unit; readonly goal: number | null },
  ours: readonly number[],
  theirs: readonly number[],
  note = ""
): Row => {
  const [a, b] = [spread(ours), spread(theirs)]
  return {
    work: what.work,
    peer: what.peer,
    ours: a?.median ?? null,
    theirs: b?.median ?? null,
    unit: what.unit,
    ratio: a === null || b === null ? null : ratio(what.unit, a.median, b.median),
    goal: what.goal,
    spread: { ours: a, theirs: b },
    note
  }
}
