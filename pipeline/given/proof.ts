/**
 * Proof before estimate: log π(a|s) of logged rows, computed anew. Where it is not what was logged, the policy is not the one that
 * acted, or the rows are not what it saw and drew; whatever makes them agree is the likely cause.
 */
import type { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, argumentError } from "../../core/failure/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { type Cause, causes, pairs } from "./causes.ts"
import type { ActionForm, GivenPolicy } from "./encode.ts"
import { type LoggedRows, logProbs, type Reading } from "./logged.ts"

/** What may lie between two computations of one number, in parts of it or of 1. */
const CLOSE = 1e-4

/**
 * Whether log π is what was logged.
 *
 * - Errors: `ArgumentError` naming the row that is furthest off, both values, and the cause that makes the others agree, or all
 *   that were tried.
 */
export const proven = (
  source: string,
  rows: LoggedRows,
  given: GivenPolicy,
  { form, normalised }: Pick<Reading, "form" | "normalised">
): Effect.Effect<void, ArgumentError> =>
  fromEither(
    pipe(
      logProbs(rows, { given, form, normalised }),
      E.chain((plain) => {
        // Stable-Baselines3 computes a slightly other one, with 1e-6 in the logarithm.
        const squashed = given.policy.distribution === "squashedGaussian"
        const epsilon = squashed ? logProbs(rows, { given, form, normalised, less: "epsilon" }) : undefined
        const reliable = reliableRows(rows, given, form)
        if (
          agree(rows, plain, reliable) ||
          (epsilon !== undefined && E.isRight(epsilon) && agree(rows, epsilon.right, reliable))
        ) {
          return E.right(undefined)
        }
        return refusal(source, rows, plain, { given, form, normalised }, clippedActions(rows, plain, given))
      })
    )
  )

/** Near its ends a squashed action of float32 no longer tells u; without any other row those must do. */
const reliableRows = (
  { count, action }: LoggedRows,
  { policy: { distribution, actionSize } }: GivenPolicy,
  form: ActionForm
) => {
  const all = Array.from({ length: count }, (_, r) => r)
  if (distribution !== "squashedGaussian" || form !== "unit") return all
  const inner = all.filter((r) => action.subarray(r * actionSize, (r + 1) * actionSize).every((a) => 1 - a * a > 0.01))
  return inner.length > 0 ? inner : all
}

/** Whether only rows with an action at its bound are off. */
const clippedActions = (rows: LoggedRows, plain: Float64Array, { policy }: GivenPolicy): boolean => {
  const { action } = policy.spaces
  if (action._tag !== "Box" || policy.distribution === "squashedGaussian") return false
  const at = (r: number, i: number): boolean => {
    const a = rows.action[r * policy.actionSize + i]!
    return a === Math.fround(action.low[i]!) || a === Math.fround(action.high[i]!)
  }
  const inner = rows.places.flatMap((_, r) => (action.low.some((_, i) => at(r, i)) ? [] : [r]))
  return inner.length > 0 && inner.length < rows.count && agree(rows, plain, inner)
}

const off = (got: number, want: number): number => Math.abs(got - want) / (1 + Math.abs(want))

const agree = ({ logProb }: LoggedRows, got: Float64Array, rows: readonly number[]): boolean =>
  rows.every((r) => off(got[r]!, logProb[r]!) <= CLOSE)

const refusal = (
  source: string,
  rows: LoggedRows,
  plain: Float64Array,
  reading: Reading,
  clipped: boolean
): E.Either<ArgumentError, never> => {
  const worst = Array.from(plain.keys()).reduce(
    (a, b) => (off(plain[b]!, rows.logProb[b]!) > off(plain[a]!, rows.logProb[a]!) ? b : a),
    0
  )
  const all = causes(rows, reading)
  const [some, few] = [firstOf(rows, FEW), plain.subarray(0, FEW)]
  const found =
    all.find((c) => explains(c, rows, plain)) ??
    // There are many, so most are seen on few rows not to be it.
    pairs(rows, reading).find(
      (c) =>
        explains(c.rows === undefined ? c : { ...c, rows: firstOf(c.rows, FEW) }, some, few) && explains(c, rows, plain)
    )
  const fix = clipped
    ? "actions were clipped to the environment's bounds after they were drawn: log them as they were drawn"
    : found === undefined
      ? `none of these explains it, alone or two at a time: ${[...new Set(all.map((c) => c.cause))].join("; ")}; is it the policy that acted, at that time?`
      : `${found.cause}: ${found.fix}`
  return E.left(
    argumentError({
      doing: `use ${source} with this policy`,
      want: `log π of row ${rows.places[worst] ?? worst} as it is logged, ${round(rows.logProb[worst]!)}`,
      got: round(plain[worst]!),
      fix
    })
  )
}

/** Whether what was logged is log π as this cause has it; roughly, whether it is much nearer. */
const explains = (c: Cause, rows: LoggedRows, plain: Float64Array): boolean => {
  const read = c.rows ?? rows
  const got = logProbs(read, c)
  if (E.isLeft(got)) return false
  if (c.roughly === true) return meanOff(rows, got.right) < MUCH_NEARER * meanOff(rows, plain)
  return agree(rows, got.right, reliableRows(read, c.given, c.form))
}

const FEW = 32

const firstOf = (rows: LoggedRows, most: number): LoggedRows => {
  const count = Math.min(rows.count, most)
  const part = (x: Float64Array): Float64Array => x.subarray(0, (x.length / rows.count) * count)
  const { observation, action, logProb, places } = rows
  return { count, places, observation: part(observation), action: part(action), logProb: part(logProb) }
}

const meanOff = ({ logProb }: LoggedRows, got: Float64Array): number =>
  got.reduce((sum, x, r) => sum + off(x, logProb[r]!), 0) / got.length

/** Moments of a sample are not those of a training, but what they explain is hardly there any more. */
const MUCH_NEARER = 0.2

const round = (x: number): string => Number(x.toPrecision(7)).toString()
