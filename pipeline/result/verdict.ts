/** Whether the groups were worth their policies, in words that the intervals support. */
import * as E from "fp-ts/lib/Either.js"
import { welchInterval } from "../../core/stat/mod.ts"
import { policies, roundedInterval } from "../../core/text/numbers.ts"
import type { RowKind } from "../stages/comparison.ts"
import type { Interval } from "../stages/interval.ts"

/** A row as far as it is judged. */
export interface Judged {
  readonly kind: RowKind
  readonly method: string
  readonly policies: number
  readonly meanReturn: Interval
  /** Independent trainings whose contributions, by seed, add up to the row's mean return. Rows that share one share its id. */
  readonly parts: readonly { readonly id: string; readonly values: readonly number[] }[]
}

/**
 * What is said of the groups beside all other rows:
 *
 * - `pay`: they reach clearly more than every row of fewer policies, and than random groups; no row clearly more than they.
 * - `better`: some other row reaches clearly more.
 * - `cheaper`: some row of fewer policies does not reach clearly less.
 * - `arbitrary`: more than one policy pays, but which tasks share one is not shown to matter.
 * - `one`: all tasks are one group, and no row of more policies reaches clearly more.
 * - `unknown`: a single training of each tells nothing.
 */
export interface Verdict {
  readonly kind: "pay" | "better" | "cheaper" | "arbitrary" | "one" | "unknown"
  /** One or two sentences; every return with the number of its policies. */
  readonly text: string
  /** The row that decided it, where one did. */
  readonly against?: string
}

/** How sure "clearly" is, both ways. */
const LEVEL = 0.95

/**
 * a − b by Welch's interval over their trainings, each with a noise of its own; trainings that both share cancel. Undefined
 * where something was trained only once.
 */
export const difference = (a: Judged, b: Judged, level = LEVEL): Interval | undefined => {
  const shared = new Set(a.parts.map((p) => p.id).filter((id) => b.parts.some((p) => p.id === id)))
  const samples = [a, b].flatMap(({ parts }, i) =>
    parts.filter((p) => !shared.has(p.id)).map(({ values }) => ({ weight: i === 0 ? 1 : -1, values }))
  )
  const seeds = Math.min(...[...a.parts, ...b.parts].map((p) => p.values.length))
  if (samples.length === 0) return seeds < 2 ? undefined : { value: 0, low: 0, high: 0, level, n: seeds }
  const found = welchInterval(samples, level)
  if (E.isLeft(found)) return undefined
  return { value: found.right.estimate, low: found.right.low, high: found.right.high, level, n: seeds }
}

/**
 * Part of the larger return up to which a difference is none, however surely it is there: where episodes reach the most there is, seeds
 * vary by nothing, and a hundredth of a step would be clear.
 */
const NOTHING = 1e-3

const clearlyAbove = (a: Judged, b: Judged, level?: number): boolean =>
  (difference(a, b, level)?.low ?? 0) > NOTHING * Math.max(Math.abs(a.meanReturn.value), Math.abs(b.meanReturn.value))

/**
 * Judges the tool's groups, row `groups`. Undefined without that row.
 *
 * A row is clearly above another where the interval of their {@link difference} is above 0, and above what nobody would see, at
 * 95%. That some row is above the groups is one of as many claims as there are other rows, so each is made at 1 − 5%/rows
 * (Bonferroni); that they pay claims all of its comparisons at once, which needs no such care.
 */
export const verdict = (rows: readonly Judged[]): Verdict | undefined => {
  const own = rows.find((r) => r.kind === "groups")
  if (own === undefined) return undefined
  const others = rows.filter((r) => r !== own)
  const of = (kind: Judged["kind"]) => others.find((r) => r.kind === kind)
  const alone = of("alone")
  const figures = (...some: readonly (Judged | undefined)[]): string =>
    some.flatMap((r) => (r === undefined ? [] : [figure(r)])).join("; ")
  if (difference(own, own) === undefined) {
    return { kind: "unknown", text: `After one training of each: ${figures(own, of("one"), of("told"), alone)}.` }
  }
  const above = others.filter((r) => clearlyAbove(r, own, 1 - (1 - LEVEL) / others.length))
  const better = preferred(above)
  if (better !== undefined) {
    const rest = [of("one"), alone].filter((r) => r !== better)
    const text = `More is reached by ${better.method}: ${figures(better, own, ...rest)}.`
    return { kind: "better", text, against: better.method }
  }
  const fewer = others.filter((r) => r.policies < own.policies)
  const cheaper = preferred(fewer.filter((r) => !clearlyAbove(own, r)))
  if (cheaper !== undefined) {
    const text = `They are not shown to be worth their policies: ${figures(own, cheaper)}, ${apart(own, cheaper)}.`
    return { kind: "cheaper", text, against: cheaper.method }
  }
  if (fewer.length === 0) {
    const text = `Nothing with more policies reaches clearly more: ${figures(own, of("told"), alone)}.`
    return { kind: "one", text }
  }
  const random = of("random")
  if (random !== undefined && !clearlyAbove(own, random)) {
    const text = `More than one policy pays, but these groups are not shown to be better than others: ${figures(own, random)}, ${apart(own, random)}; ${figures(of("one"))}.`
    return { kind: "arbitrary", text, against: random.method }
  }
  return { kind: "pay", text: `They pay: ${figures(own, of("told"), of("one"), alone, random)}.` }
}

/** Of some rows the one to take: not clearly below the best of them, and of the fewest policies. */
const preferred = (rows: readonly Judged[]): Judged | undefined => {
  const value = (r: Judged): number => r.meanReturn.value
  const best = rows.toSorted((a, b) => value(b) - value(a))[0]
  if (best === undefined) return undefined
  return rows
    .filter((r) => !clearlyAbove(best, r))
    .toSorted((a, b) => a.policies - b.policies || value(b) - value(a))[0]
}

/** "one policy for all 338 (291 to 385) with 1 policy" */
const figure = ({ method, meanReturn, policies: count }: Judged): string =>
  `${method} ${roundedInterval(meanReturn)} with ${policies(count)}`

const apart = (a: Judged, b: Judged): string => {
  const d = difference(a, b)
  return d === undefined ? "" : `a difference of ${roundedInterval(d)}`
}
