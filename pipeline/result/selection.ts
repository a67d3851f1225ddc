/** Which tasks to learn from, as the report and the summary show it, in words that the intervals support. */
import { mean } from "../../core/stat/mod.ts"
import { choices } from "../../core/text/choices.ts"
import { counted, roundedInterval } from "../../core/text/numbers.ts"
import { meanOf } from "../jobs/training.ts"
import { interval } from "../stages/interval.ts"
import { trialName } from "../stages/selection.ts"
import type { Outcome } from "./outcome.ts"
import type { ReportSelection, SetComparison } from "./report_data.ts"
import type { SetReturns } from "./set_returns.ts"
import { difference, type Judged } from "./verdict.ts"

/** How sure "clearly" is, both ways. */
const LEVEL = 0.95

type Selecting = Pick<Outcome, "selection"> & { readonly config: Pick<Outcome["config"], "selection"> }

/** What was selected, and a sentence or two on its worth; nothing where the run does not select. */
export const selectionOf = ({
  selection: found,
  config
}: Selecting): { readonly selection: ReportSelection; readonly text: string } | undefined => {
  if (found === undefined) return undefined
  const { learner, pick, adaptationSteps } = config.selection
  const all = found.rows.map((row) => ({ shown: comparisonOf(row), own: judgedOf(row) }))
  const chosen = all.find(({ shown }) => shown.kind === "chosen")
  const rows = all.map(({ shown, own }): SetComparison => {
    const less = chosen === undefined || chosen.own === own ? undefined : difference(own, chosen.own)
    return less === undefined ? shown : { ...shown, lessChosen: less }
  })
  const others = all.filter((row) => row !== chosen)
  const { verdict, text } = chosen === undefined ? unknown : judge(chosen, others)
  const figures = all.map(
    ({ shown }, i) => `from ${shown.method}${i === 0 ? " reaches" : ""} ${roundedInterval(shown.meanReturn)}`
  )
  const where = `On ${counted(found.unseen, "unseen task")}, after ${counted(adaptationSteps, "step")} of adaptation`
  return {
    selection: {
      learner,
      pick,
      adaptationSteps,
      unseen: found.unseen,
      rows: rows.toSorted((a, b) => b.meanReturn.value - a.meanReturn.value),
      leftOut: found.leftOut,
      verdict
    },
    text: `${where}, what ${learner} learned ${figures.join(", ")}. ${text}`
  }
}

interface Ranked {
  readonly shown: SetComparison
  readonly own: Judged
}

interface Judgement {
  readonly verdict: ReportSelection["verdict"]
  readonly text: string
}

const unknown: Judgement = { verdict: "unknown", text: "One training of each set tells nothing of which is better." }

/**
 * The choice beside the others. That some row is above it is one of as many claims as there are other rows, so each is made
 * at 1 − 5%/rows (Bonferroni); that it is above all claims all of its comparisons at once, which needs no such care.
 */
const judge = (chosen: Ranked, rows: readonly Ranked[]): Judgement => {
  if (difference(chosen.own, chosen.own) === undefined) return unknown
  const shared = ({ own }: Ranked): boolean => own.parts[0]?.id === chosen.own.parts[0]?.id
  const [same, others] = [rows.filter(shared), rows.filter((row) => !shared(row))]
  const names = (some: readonly Ranked[]): string => choices(some.map(({ shown }) => shown.method))
  const equal = same.length === 0 ? "" : ` The same tasks are chosen as ${names(same)}.`
  const { verdict, text } = beside(chosen, others, names)
  return { verdict, text: `${text}${equal}` }
}

const beside = (chosen: Ranked, others: readonly Ranked[], names: (some: readonly Ranked[]) => string): Judgement => {
  const above = others.filter(({ own }) => clearly(own, chosen.own, 1 - (1 - LEVEL) / others.length))
  if (above.length > 0) return { verdict: "better", text: `More is learned from ${names(above)}.` }
  if (others.every(({ shown }) => shown.kind === "architecture"))
    return { verdict: "unknown", text: "No other tasks were learned from." }
  const like = others.filter(({ own }) => !clearly(chosen.own, own, LEVEL))
  return like.length === 0
    ? { verdict: "pays", text: "The choice by groups pays: clearly more is learned from it than from all others." }
    : { verdict: "open", text: `It is not shown that the choice by groups is better than ${names(like)}.` }
}

const clearly = (a: Judged, b: Judged, level: number): boolean => (difference(a, b, level)?.low ?? 0) > 0

type Trial = SetReturns["trials"][number]

/** Numbers of the trials, one a random set where there are several, else one a seed. */
const repeated = ({ trials }: SetReturns, of: (t: Trial) => number): readonly number[] => {
  const draws = [...new Set(trials.map((t) => t.draw))]
  const by = draws.length > 1 ? "draw" : "seed"
  return [...new Set(trials.map((t) => t[by]))].map((x) => mean(trials.filter((t) => t[by] === x).map(of)))
}

const returned = (t: Trial): number => mean(t.returns)

/** One training a trial; those that rows share are the same. */
const judgedOf = (row: SetReturns): Judged => {
  const name = row.trials.map(trialName).join("; ")
  return {
    kind: "groups",
    method: row.method,
    policies: 1,
    meanReturn: interval(repeated(row, returned)),
    parts: [{ id: name, values: repeated(row, returned) }]
  }
}

const comparisonOf = (row: SetReturns): SetComparison => {
  const { kind, method, trials } = row
  const seeds = [...new Set(trials.map((t) => t.seed))]
  const draws = new Set(trials.map((t) => t.draw)).size
  const means = repeated(row, returned)
  const sets = [...new Map(trials.map((t) => [t.tasks.join(" "), t.tasks])).values()]
  const points = Math.max(0, ...trials.map((t) => t.curve.length))
  return {
    kind,
    method,
    size: trials[0]?.tasks.length ?? 0,
    parameters: trials[0]?.parameters ?? 0,
    sets,
    perSeed: seeds.map((seed) => mean(trials.filter((t) => t.seed === seed).map(returned))),
    meanReturn: interval(means),
    curve: Array.from({ length: points }, (_, step) => {
      const at = meanOf(trials.map((t) => t.curve[step] ?? Number.NaN))
      return Number.isNaN(at) ? null : at
    }),
    operations: mean(trials.map((t) => t.operations)),
    steps: mean(trials.map((t) => t.steps)),
    ...(draws > 1 ? { draws: { count: draws, low: Math.min(...means), high: Math.max(...means) } } : {}),
    ...(trials.every((t) => t.successRates !== undefined)
      ? { successRate: interval(repeated(row, (t) => mean(t.successRates ?? []))) }
      : {})
  }
}
