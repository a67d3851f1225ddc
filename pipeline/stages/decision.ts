/** Into how many policies, by what each number is predicted to be worth. */
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../../core/failure/mod.ts"
import { mean } from "../../core/stat/mod.ts"
import { bestWorth, gradientEstimators, NOISE, type WorthPoint } from "../../core/surrogate/estimators/mod.ts"
import { choices } from "../../core/text/choices.ts"
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
   * `clear`: better than one policy and than each alone by more than the noise, or cheaper at no loss; `equal`: it makes no
   * difference; `open`: there are not enough transitions to tell.
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
  const improvement = Math.max(...curve.map((p) => Math.abs(p.value - mean(start))))
  const told = one.shortfall > NOISE * one.error
  const small = one.shortfall + NOISE * one.error <= NEGLIGIBLE * improvement
  if (k !== "auto" || told || best.k === 1) return { point, certainty: "clear", text: "" }
  const apart = `${twoDigits(one.shortfall)} ± ${twoDigits(NOISE * one.error)} of ${unitNames[unit]}`
  if (small) {
    const text = `it makes no difference: one policy for all and ${best.k} policies are predicted ${apart} apart`
    return { point, certainty: "equal", text }
  }
  const more = Math.ceil((NOISE * one.error) ** 2 / Math.max(one.shortfall, NEGLIGIBLE * improvement) ** 2)
  return {
    point,
    certainty: "open",
    text:
      `not enough transitions to tell one policy from ${best.k}, predicted ${apart} apart; ` +
      `about ${Math.max(2, more)} times surrogate.transitionsPerTask would tell`
  }
}

const twoDigits = (x: number): string => Number(x.toPrecision(2)).toString()

/** What predictions are counted in. */
export const unitNames = { return: "return", gain: "advantage a step" } as const
