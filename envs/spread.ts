/** Families of tasks that differ in one number between two bounds. */
import * as Either from "fp-ts/lib/Either.js"
import { exp, log } from "../core/math/mod.ts"
import { child, stream, uniform } from "../core/random/mod.ts"
import { type EnvError, optionError } from "./error.ts"
import { distinctDraws, type Family, type Task } from "./family.ts"
import type { Params } from "./parameter.ts"

/** The options that such a family has, among others. */
export interface Bounds {
  readonly n: number
  readonly low: number
  readonly high: number
}

/** A family along one parameter: how its tasks lie, and what they are. */
export interface Spread<O extends Bounds> {
  /** Id of the family, for its errors and its random stream. */
  readonly id: string
  /** Whether n tasks lie equal steps or equal ratios apart; a drawn one is uniform on that scale. */
  readonly steps: "equal" | "ratios"
  /** Checks the options. */
  readonly read: (given: Params) => Either.Either<EnvError, O>
  readonly taskOf: (options: O, value: number) => Task
}

/**
 * n tasks from `low` to `high`, and others drawn between them.
 *
 *     equal:   v_i = low + (high − low)·i/(n−1)
 *     ratios:  v_i = low·(high/low)^(i/(n−1))
 *
 * Values are rounded to 6 significant digits, so that a task's id says exactly what it is.
 *
 * - Errors: those of `read`; `ParameterError` where `low` is not below `high`.
 * - Source: this package.
 */
export const spread = <O extends Bounds>({ id, steps, read, taskOf }: Spread<O>): Pick<Family, "tasks" | "draw"> => {
  const checked = (given: Params): Either.Either<EnvError, O> => Either.chain((o: O) => ordered(id, o))(read(given))
  const taskAt = (o: O, fraction: number): Task => taskOf(o, valueAt(steps, o, fraction))
  return {
    tasks: (given) =>
      Either.map((o: O) => ({
        tasks: Array.from({ length: o.n }, (_, i) => taskAt(o, o.n === 1 ? 0 : i / (o.n - 1))),
        planted: undefined
      }))(checked(given)),
    draw: (given, key, count) =>
      Either.chain((o: O) => {
        const source = stream(child(key, id))
        return distinctDraws(id, count, () => taskAt(o, uniform(source, 0, 1)))
      })(checked(given))
  }
}

/** The value at a fraction of the way, to 6 significant digits. */
export const valueAt = (steps: "equal" | "ratios", { low, high }: Omit<Bounds, "n">, fraction: number): number => {
  const value = steps === "equal" ? low + fraction * (high - low) : exp(log(low) + fraction * (log(high) - log(low)))
  return Number(value.toPrecision(6))
}

/** Options whose bounds are in order. Errors: `ParameterError` naming `high`. */
export const ordered = <O extends Omit<Bounds, "n">>(owner: string, o: O): Either.Either<EnvError, O> =>
  o.low < o.high ? Either.right(o) : Either.left(optionError(owner, "high", o.high, `a number above low = ${o.low}`))
