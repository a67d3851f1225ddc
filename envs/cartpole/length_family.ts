import * as Either from "fp-ts/lib/Either.js"
import { exp, log } from "../../core/math/mod.ts"
import { child, stream, uniform } from "../../core/random/mod.ts"
import type { EnvError } from "../error.ts"
import { distinctDraws, type Family, parameterError, type Task } from "../family.ts"
import { integer, number, type Resolved, resolve } from "../parameter.ts"
import { cartPole } from "./cartpole.ts"

const ID = "cartpole-length"

const options = {
  n: integer(10, "tasks", 1, 1000, "number of tasks"),
  low: number(0.1, "m", 1e-3, 1000, "shortest half-length"),
  high: number(4, "m", 1e-3, 1000, "longest half-length"),
  masspole: number(0.1, "kg", 1e-6, 1e6, "mass of the pole, of all tasks"),
  masscart: number(1, "kg", 1e-6, 1e6, "mass of the cart, of all tasks"),
  gravity: number(9.8, "m/s²", 0, 1000, "acceleration of free fall, of all tasks"),
  force_mag: number(10, "N", -1e6, 1e6, "push, of all tasks")
}
type Options = Resolved<typeof options>

/**
 * Cart-poles that differ in the pole's half-length: n values from `low` to `high` in equal ratios.
 *
 *     l_i = low·(high/low)^(i/(n−1))
 *
 * Lengths are rounded to 6 significant digits, so that a task's id says exactly what it is.
 */
export const cartPoleLength: Family = {
  id: ID,
  summary: "Cart-poles with poles of different length",
  environment: cartPole,
  options,
  tasks: (given) =>
    Either.map((o: Options) => ({
      tasks: Array.from({ length: o.n }, (_, i) => taskAt(o, o.n === 1 ? 0 : i / (o.n - 1))),
      planted: undefined
    }))(checked(given)),
  draw: (given, key, count) =>
    Either.map((o: Options) => {
      const source = stream(child(key, ID))
      return { tasks: distinctDraws(count, () => taskAt(o, uniform(source, 0, 1))), planted: undefined }
    })(checked(given))
}

const checked = (given: Parameters<Family["tasks"]>[0]): Either.Either<EnvError, Options> =>
  Either.chain((o: Options) =>
    o.low < o.high
      ? Either.right(o)
      : Either.left(parameterError(ID, "high", o.high, `a number above low = ${o.low}`, options.high.unit))
  )(resolve(ID, "option", options, given))

/** The task at a fraction of the way, on a logarithmic scale. */
const taskAt = ({ low, high, masspole, masscart, gravity, force_mag }: Options, fraction: number): Task => {
  const length = Number(exp(log(low) + fraction * (log(high) - log(low))).toPrecision(6))
  return {
    id: `length=${length}`,
    environment: cartPole.id,
    params: { length, masspole, masscart, gravity, force_mag }
  }
}
