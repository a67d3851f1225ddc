/** Logged rows, and log π(a|s) of them by one reading of what they hold. */
import { Effect, Stream } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import * as T from "../../core/program/mod.ts"
import type { Columns } from "./columns.ts"
import { type ActionForm, type GivenPolicy, rowEncoder } from "./encode.ts"
import type { RowSource } from "./rows.ts"

/** Rows that are looked at. */
const ROWS = 256

/** Logged rows. */
export interface LoggedRows {
  readonly count: number
  /** Where each stands, counted from 0. */
  readonly places: readonly number[]
  /** As they are logged: `[count, inputs]`, `[count, actionSize]`, `[count]`. */
  readonly observation: Float64Array
  readonly action: Float64Array
  readonly logProb: Float64Array
}

/** How rows are read, and what of it may be wrong. */
export interface Reading {
  readonly given: GivenPolicy
  readonly form: ActionForm
  readonly normalised: boolean
  /** What log π is less than that of the distribution, where it was logged as another one's. */
  readonly less?: "slope" | "epsilon"
}

/** The first rows of a source that are finite. */
export const loggedRows = Effect.fn("given.loggedRows")(function* (
  source: RowSource,
  columns: Columns,
  { policy }: GivenPolicy
) {
  const { inputs, actionSize } = policy
  const [seen, done, logged] = [columns.observation!.name, columns.action!.name, columns.logProb!.name]
  const rows = { places: [] as number[], observation: [] as number[], action: [] as number[], logProb: [] as number[] }
  yield* source.read([seen, done, logged]).pipe(
    Stream.take(1),
    Stream.runForEach(({ count, numbers }) =>
      Effect.sync(() => {
        // Evenly over the chunk: what is odd is often so in some rows only.
        const step = Math.max(1, Math.floor(count / ROWS))
        for (let r = 0; r < count; r += step) {
          const own = [...numbers[seen]!.subarray(r * inputs, (r + 1) * inputs)]
          const act = [...numbers[done]!.subarray(r * actionSize, (r + 1) * actionSize)]
          if (![...own, ...act, numbers[logged]![r]!].every(Number.isFinite)) continue
          rows.places.push(r)
          rows.observation.push(...own)
          rows.action.push(...act)
          rows.logProb.push(numbers[logged]![r]!)
        }
      })
    )
  )
  const { places, observation, action, logProb } = rows
  return {
    count: logProb.length,
    places,
    observation: Float64Array.from(observation),
    action: Float64Array.from(action),
    logProb: Float64Array.from(logProb)
  } satisfies LoggedRows
})

/** log π of each row by one reading. */
export const logProbs = (
  rows: LoggedRows,
  { given, form, normalised, less }: Reading
): E.Either<ArgumentError, Float64Array> => {
  const { policy, theta } = given
  const { inputs, actionSize } = policy
  return pipe(
    rowEncoder(given, form, normalised),
    E.chain((encoder) => {
      const [observation, action] = [new Float64Array(rows.count * inputs), new Float64Array(rows.count * actionSize)]
      for (let r = 0; r < rows.count; r++) {
        encoder.observation(rows.observation, r * inputs, observation, r * inputs)
        encoder.action(rows.action, r * actionSize, action, r * actionSize)
      }
      const program = T.program(
        "log π of logged rows",
        { theta: [policy.size], observation: [rows.count, inputs], action: policy.actionShape(rows.count) },
        (x) => ({ logProb: policy.logProb(x.theta, x.observation, x.action).logProb })
      )
      return E.map((p: T.Program<"theta" | "observation" | "action", "logProb">) => {
        const out = T.evaluate(p, { theta: Float64Array.from(theta), observation, action }).logProb
        if (less !== undefined) for (let r = 0; r < rows.count; r++) out[r]! += slopes(action, r, actionSize, less)
        return out
      })(program)
    })
  )
}

/** Σ_i log(1 − tanh² u_i), to be put back; less what Stable-Baselines3 takes off in its place. */
const slopes = (u: Float64Array, row: number, size: number, less: NonNullable<Reading["less"]>): number => {
  let sum = 0
  for (let i = row * size; i < (row + 1) * size; i++) {
    const slope = 1 - Math.tanh(u[i]!) ** 2
    sum += Math.log(slope) - (less === "epsilon" ? Math.log(slope + 1e-6) : 0)
  }
  return sum
}
