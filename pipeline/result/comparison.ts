/** The rows of the comparison as the report shows them. */
import { mean } from "../../core/stat/mod.ts"
import { nmi } from "../stages/agreement.ts"
import type { RowReturns } from "../stages/group_returns.ts"
import { groupsOf } from "../stages/group_training.ts"
import { interval } from "../stages/interval.ts"
import type { MethodComparison } from "./report_data.ts"
import { difference, type Judged, type Verdict, verdict } from "./verdict.ts"

/**
 * By return, the highest first, with what is said of them; `truthLabels` are the groups of really trained subsets, where there
 * are any.
 */
export const compare = (
  rows: readonly RowReturns[],
  truthLabels: readonly number[] | undefined
): { readonly comparison: readonly MethodComparison[]; readonly judged: Verdict | undefined } => {
  const all = rows.map((r) => {
    const shown = comparisonOf(r, truthLabels)
    return { shown, own: { ...shown, parts: partsOf(r) } }
  })
  const groups = all.find(({ shown }) => shown.kind === "groups")
  const comparison = all.map(({ shown, own }): MethodComparison => {
    const less = groups === undefined || own === groups.own ? undefined : difference(own, groups.own)
    return less === undefined ? shown : { ...shown, lessGroups: less }
  })
  return {
    comparison: comparison.toSorted((a, b) => b.meanReturn.value - a.meanReturn.value),
    judged: verdict(all.map(({ own }) => own))
  }
}

/** A group's training is independent of another's; where groupings differ between trials, so are these. */
const partsOf = ({ kind, trials }: RowReturns): Judged["parts"] => {
  const [first] = trials
  const n = first?.labels.length ?? 0
  if (trials.every((t) => t.labels.join() === first?.labels.join()))
    return groupsOf(first?.labels ?? []).map((members) => ({
      id: `${kind === "told" ? "told " : ""}${members.join(" ")}`,
      values: trials.map((t) => members.reduce((sum, m) => sum + t.returns[m]! / n, 0))
    }))
  const draws = [...new Set(trials.map((t) => t.draw))]
  const ofDraw = (draw: number) => trials.filter((t) => t.draw === draw).map((t) => mean(t.returns))
  return [{ id: kind, values: draws.length > 1 ? draws.map((d) => mean(ofDraw(d))) : ofDraw(draws[0] ?? 0) }]
}

const comparisonOf = (
  { kind, method, labels, trials, operations, steps }: RowReturns,
  truthLabels: readonly number[] | undefined
): MethodComparison => {
  const seeds = [...new Set(trials.map((t) => t.seed))]
  const draws = [...new Set(trials.map((t) => t.draw))]
  const over = (which: "seed" | "draw", of: (t: RowReturns["trials"][number]) => number) =>
    (which === "seed" ? seeds : draws).map((x) => mean(trials.filter((t) => t[which] === x).map(of)))
  const returned = (t: RowReturns["trials"][number]): number => mean(t.returns)
  const byDraw = over("draw", returned)
  const repeated = draws.length > 1 ? "draw" : "seed"
  const told = trials.every((t) => t.successRates !== undefined)
  return {
    kind,
    method,
    policies: new Set(labels).size,
    labels,
    perSeed: over("seed", returned),
    meanReturn: interval(over(repeated, returned)),
    byTask: (trials[0]?.returns ?? []).map((_, task) => mean(trials.map((t) => t.returns[task]!))),
    returnByTask: (trials[0]?.returns ?? []).map((_, task) => interval(over(repeated, (t) => t.returns[task]!))),
    operations,
    steps,
    ...(draws.length > 1
      ? { draws: { count: draws.length, low: Math.min(...byDraw), high: Math.max(...byDraw) } }
      : {}),
    ...(told ? { successRate: interval(over(repeated, (t) => mean(t.successRates ?? []))) } : {}),
    ...(truthLabels === undefined ? {} : { nmi: mean(over("draw", (t) => nmi(t.labels, truthLabels))) })
  }
}
