import * as Either from "fp-ts/lib/Either.js"
import { exp, log } from "../../core/math/mod.ts"
import { child, stream, uniform } from "../../core/random/mod.ts"
import type { EnvError } from "../error.ts"
import { distinctDraws, type Family, parameterError, type Task } from "../family.ts"
import { integer, number, type Params, resolve } from "../parameter.ts"
import { pendulum } from "./pendulum.ts"

/** What varies and between which bounds by default. */
interface Variation {
  readonly id: string
  readonly summary: string
  readonly parameter: "g" | "l"
  readonly unit: string
  readonly low: number
  readonly high: number
}

/** Pendulums that differ in one parameter: n values from `low` to `high` in equal ratios, to 6 significant digits. */
const varied = ({ id, summary, parameter, unit, ...range }: Variation): Family => {
  const options = {
    n: integer(10, "tasks", 1, 1000, "number of tasks"),
    low: number(range.low, unit, 1e-2, 100, `smallest ${parameter}`),
    high: number(range.high, unit, 1e-2, 100, `largest ${parameter}`),
    max_torque: number(2, "N m", 0, 1e6, "strongest torque, of all tasks")
  }
  type Options = { readonly n: number; readonly low: number; readonly high: number; readonly max_torque: number }
  const checked = (given: Params): Either.Either<EnvError, Options> =>
    Either.chain((o: Options) =>
      o.low < o.high
        ? Either.right(o)
        : Either.left(parameterError(id, "high", o.high, `a number above low = ${o.low}`, unit))
    )(resolve(id, "option", options, given))
  const taskAt = ({ low, high, max_torque }: Options, fraction: number): Task => {
    const value = Number(exp(log(low) + fraction * (log(high) - log(low))).toPrecision(6))
    return { id: `${parameter}=${value}`, environment: pendulum.id, params: { [parameter]: value, max_torque } }
  }
  return {
    id,
    summary,
    environment: pendulum,
    options,
    tasks: (given) =>
      Either.map((o: Options) => ({
        tasks: Array.from({ length: o.n }, (_, i) => taskAt(o, o.n === 1 ? 0 : i / (o.n - 1))),
        planted: undefined
      }))(checked(given)),
    draw: (given, key, count) =>
      Either.map((o: Options) => {
        const source = stream(child(key, id))
        return { tasks: distinctDraws(count, () => taskAt(o, uniform(source, 0, 1))), planted: undefined }
      })(checked(given))
  }
}

/** From the Moon's gravity to Jupiter's. */
export const pendulumGravity: Family = varied({
  id: "pendulum-gravity",
  summary: "Pendulums under different gravity",
  parameter: "g",
  unit: "m/s²",
  low: 1.6,
  high: 25
})

/** From rods that the torque lifts at once to rods that need several swings. */
export const pendulumLength: Family = varied({
  id: "pendulum-length",
  summary: "Pendulums of different length",
  parameter: "l",
  unit: "m",
  low: 0.4,
  high: 2
})
