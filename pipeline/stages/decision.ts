/** Into how many policies, by what each number is predicted to be worth. */
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../../core/failure/mod.ts"
import { mean } from "../../core/stat/mod.ts"
import { bestWorth, gradientEstimators, NOISE, type WorthPoint } from "../../core/surrogate/estimators/mod.ts"
import { choices } from "../../core/text/choices.ts"
import { policies } from "../../core/text/numbers.ts"
import type { RunConfig } from "../config.ts"
import type { Worth } from "./surrogate/predict.ts"

export const noWorth = (estimator: string): E.Either<ArgumentError, never> =>
  cannot(
    "group by worth",
    `an estimator that tells what noise costs: ${choices(noisy)}`,
    estimator,
    "set surrogate.estimator, or grouping.method sdp"
  )

const noisy = gradientEstimators.filter((e) => e.noisy).map((e) => e.id)

/** Whether so many tasks can be grouped by worth with these settings. Errors: `ArgumentError`. */
export const worthTakes = (
  n: number,
  { surrogate: { estimator }, grouping: { k, lambda } }: Pick<RunConfig, "surrogate" | "grouping">
): E.Either<ArgumentError, undefined> => {
  if (!noisy.some((id) => id === estimator)) return noWorth(estimator)
  if (lambda !== "off")
    return cannot("group by worth", "lambda off", String(lambda), "what a policy costs is grouping.price")
  return k === "auto" || k <= n
    ? E.right(undefined)
    : cannot("group by worth", `k at most ${n}, one policy a task`, String(k))
}

/** What is asked of a decision. */
export interface DecisionRequest {
  /** So many policies, or as many as are worth it. */
  readonly k: number | "auto"
  /** What one more policy must bring, in mean return over tasks; without one the fewest that are as good as the best. */
  readonly price?: number | undefined
}

/** The number of policies, and what a person should know of it. */
export interface Decision {
  readonly point: WorthPoint
  /**
   * `clear`: better than one policy and than each alone by more than the noise, or no worse and cheaper; of each alone, better than
   * any two together; `equal`: it makes no difference; `open`: there are not enough transitions to tell.
   */
  readonly certainty: "clear" | "equal" | "open"
  readonly text: string
}

/** Part of what training improves that nobody would pay another policy for. */
const NEGLIGIBLE = 0.05

/**
 * Chooses by the predicted curve.
 *
 * - Units: `price` of return.
 */
export const decide = ({ start, unit, curve }: Omit<Worth, "silent">, { k, price }: DecisionRequest): Decision => {
  const point = k === "auto" ? bestWorth(curve, mean(start), price) : curve[k - 1]!
  const best = curve.reduce((a, b) => (b.value > a.value ? b : a))
  const one = curve[0]!
  // Whether to share at all, and whether everything: of all tasks alone it is asked whether no two should share.
  const other = point.k < curve.length ? curve.at(-1)! : curve.at(-2)!
  const improvement = Math.max(...curve.map((p) => Math.abs(p.value - mean(start))))
  const told = (p: WorthPoint): boolean => p.shortfall > NOISE * p.error
  const small = (p: WorthPoint): boolean => p.shortfall + NOISE * p.error <= NEGLIGIBLE * improvement
  const apart = (p: WorthPoint) => `${twoDigits(p.shortfall)} ± ${twoDigits(NOISE * p.error)} of ${unitNames[unit]}`
  const clear = { point, certainty: "clear", text: "" } as const
  if (k !== "auto" || curve.length === 1) return clear
  if (best.k > 1 && !told(one) && small(one)) {
    const text = `it makes no difference: one policy for all and ${best.k} policies are predicted ${apart(one)} apart`
    return { point, certainty: "equal", text }
  }
  const rival = [one, other].find((p) => p.k !== best.k && !told(p) && !small(p))
  if (rival === undefined) return clear
  const more = Math.ceil((NOISE * rival.error) ** 2 / Math.max(rival.shortfall, NEGLIGIBLE * improvement) ** 2)
  return {
    point,
    certainty: "open",
    text:
      `not enough transitions to tell ${rival.k === 1 ? "one policy" : policies(rival.k)} from ${best.k === 1 ? "one" : best.k}, ` +
      `predicted ${apart(rival)} apart; about ${Math.max(2, more)} times surrogate.transitionsPerTask would tell`
  }
}

const twoDigits = (x: number): string => Number(x.toPrecision(2)).toString()

/** What predictions are counted in. */
export const unitNames = { return: "return", gain: "advantage a step" } as const
