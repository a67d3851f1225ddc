/** The comparison as a table for each ground. */
import * as E from "fp-ts/lib/Either.js"
import { mean, tInterval } from "../../core/stat/mod.ts"
import { contenders } from "./contenders.ts"
import type { Ground } from "./grounds.ts"
import { type Comparison, type Course, type FoundGroups, scoresOf } from "./report.ts"

const figure = (x: number): string =>
  Math.abs(x) >= 1000 ? Math.round(x).toLocaleString("en") : Number(x.toPrecision(3)).toString()

/** Mean over seeds with Student's interval at 95%; of one seed the number alone. */
const interval = (scores: readonly number[]): string => {
  const found = tInterval(scores)
  if (E.isLeft(found)) return figure(mean(scores))
  const { estimate, low, high } = found.right
  return `${figure(estimate)} (${figure(low)} to ${figure(high)})`
}

const rowOf = (name: string, runs: readonly Course[], success: boolean): string => {
  const of = (pick: (c: Course) => number): number => mean(runs.map(pick))
  const policies = [...new Set(runs.map((c) => new Set(c.labels).size))].toSorted((a, b) => a - b)
  return [
    name,
    interval(runs.map((c) => scoresOf(c, success).at(-1) ?? Number.NaN)),
    figure(of((c) => mean(scoresOf(c, success)))),
    policies.join(" or "),
    figure(of((c) => c.width)),
    figure(of((c) => c.parameters.policy)),
    figure(of((c) => c.parameters.value)),
    figure(of((c) => c.steps / c.seconds)),
    figure(of((c) => c.seconds)),
    String(runs.length)
  ].join(" | ")
}

/** A table for each length of trainings, rows in the contenders' order. */
const groundTable = (ground: Ground, { courses, groups }: Comparison): readonly string[] => {
  const own = courses.filter((c) => c.ground === ground.name)
  if (own.length === 0) return []
  const success = ground.success === true
  const lengths = [...new Set(own.map((c) => c.budget))].toSorted((a, b) => a - b)
  return [
    ...lengths.flatMap((steps) => {
      const these = own.filter((c) => c.budget === steps)
      return [
        "",
        `${ground.name}, ${steps.toLocaleString("en")} steps a task`,
        "",
        `| contender | ${success ? "success" : "return"} at the end | on the way | policies | width | parameters | of critics | steps/s | seconds | seeds |`,
        `| --- | ${new Array(9).fill("---:").join(" | ")} |`,
        ...contenders.flatMap(({ name }) => {
          const runs = these.filter((c) => c.contender === name)
          return runs.length === 0 ? [] : [`| ${rowOf(name, runs, success)} |`]
        }),
        ...search(groups.filter((g) => g.ground === ground.name && g.budget === steps))
      ]
    })
  ]
}

/** What finding the groups of a table's rows took. */
const search = (took: readonly FoundGroups[]): readonly string[] =>
  took.length === 0
    ? []
    : [
        "",
        `To find groups took ${figure(mean(took.map((g) => g.steps)))} steps and ${figure(mean(took.map((g) => g.seconds)))} s more, ` +
          `${took.length} times: ${took.map((g) => g.labels.join("")).join(", ")}.`
      ]

/** What `bun run bench multitask` prints. */
export const tableOf = (all: Comparison, grounds: readonly Ground[]): string =>
  grounds
    .flatMap((g) => groundTable(g, all))
    .join("\n")
    .trim()
