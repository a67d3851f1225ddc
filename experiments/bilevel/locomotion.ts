/** What the experiment on half-cheetahs and ants keeps of each training, and the table that it makes of them. */
import { Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type Interval, mean, tInterval } from "../../core/stat/mod.ts"

/** One training and its test. */
export const Row = Schema.Struct({
  family: Schema.String,
  learner: Schema.String,
  seed: Schema.Number,
  iterations: Schema.Number,
  /** Reward a step before and after adaptation, mean over tasks, by iteration. */
  before: Schema.Array(Schema.Number),
  after: Schema.Array(Schema.Number),
  /** Reward a step on drawn tasks, before the first step of adaptation, after it, … */
  test: Schema.Array(Schema.Number)
})
export type Row = typeof Row.Type
export const Rows = Schema.fromJsonString(Schema.Array(Row))

/** Two decimals; what rounds to 0 has no sign. */
const two = (x: number): string => x.toFixed(2).replace(/^-(0\.00)$/, "$1")

/** Mean over seeds with Student's 95% interval; one seed alone is a number. */
const show = (values: readonly number[]): string =>
  E.match(
    () => values.map(two).join(" "),
    ({ estimate, low, high }: Interval) => `${two(estimate)} (${two(low)} to ${two(high)})`
  )(tInterval(values))

/** Iterations at the end of a training of which the gain by adaptation is told. */
const LAST = 20

/** What adaptation gained on the tasks of training, a step, over its last iterations. */
const gained = ({ before, after }: Row): number => mean(after.slice(-LAST).map((x, i) => x - before.slice(-LAST)[i]!))

/** Reward a step at the test by number of adaptations, and what adaptation gained in training, a line a family and learner. */
export const locomotionTable = (rows: readonly Row[]): string => {
  const steps = Math.max(0, ...rows.map((r) => r.test.length))
  const columns = Array.from({ length: steps }, (_, k) => k)
  const head = ["tasks", "learner", "seeds", ...columns.map((k) => `after ${k}`), `gain, last ${LAST} iterations`]
  const body = [...Map.groupBy(rows, (r) => `${r.family} | ${r.learner}`)].map(([name, own]) => [
    name,
    String(own.length),
    ...columns.map((k) => show(own.map((r) => r.test[k]!))),
    show(own.map(gained))
  ])
  return [head, head.map(() => "---"), ...body].map((row) => `| ${row.join(" | ")} |`).join("\n")
}
