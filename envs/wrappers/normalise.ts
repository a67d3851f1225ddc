import * as Either from "fp-ts/lib/Either.js"
import type { Dynamics, Environment } from "../env.ts"
import type { EnvError } from "../error.ts"
import { number, type ParameterTable, type Params, resolve } from "../parameter.ts"
import { deviations, type Moments } from "./moments.ts"
import { unwrappable, type Wrapper, wrapped } from "./wrap.ts"

/**
 * Observations have mean 0 and deviation 1 by these moments.
 *
 *     o ↦ (o − mean)/deviation
 *
 * Mean and deviation become parameters of the new environment (`mean_x`, `deviation_x` for a component x): they are
 * saved with every policy, are in every receipt, and one task cannot see through the numbers of another unnoticed.
 * They do not move while an agent learns; gather them first by `observationMoments`.
 *
 * - Errors: `make` gives `EnvironmentError` for observations that are no box and for moments of another size.
 */
export const normaliseObservation =
  (moments: Moments): Wrapper =>
  (env) => {
    const done = "normaliseObservation"
    const { observation } = env
    if (observation._tag !== "Box") {
      const [got, fix] = ["a discrete space", "leave the wrapper out"]
      return unwrappable(env, done, { field: "observation", want: "a box", got, fix })
    }
    const { names } = observation
    if (moments.mean.length !== names.length) {
      const [want, got] = [`of ${names.length} components`, `${moments.mean.length}`]
      return unwrappable(env, done, { field: "moments", want, got, fix: "gather them from this environment" })
    }
    const spread = deviations(moments)
    const table = Object.fromEntries(
      names.flatMap((name, i) => {
        const unit = observation.units[i]!
        return [
          [`mean_${name}`, number(moments.mean[i]!, unit, -1e300, 1e300, `mean of ${name} that is taken off`)],
          [`deviation_${name}`, number(spread[i]!, unit, 1e-300, 1e300, `deviation of ${name} that is divided by`)]
        ] as const
      })
    )
    const record = {
      observation: {
        ...observation,
        low: names.map(() => -Infinity),
        high: names.map(() => Infinity),
        units: names.map(() => "")
      }
    }
    return withParameters(env, done, record, table, (d, p) => {
      const mean = Float64Array.from(names, (name) => Number(p[`mean_${name}`]))
      const deviation = Float64Array.from(names, (name) => Number(p[`deviation_${name}`]))
      const seen = new Float64Array(names.length) // float64, so that numbers are rounded once, at the end
      return {
        ...d,
        observe: (state, at, out, outAt) => {
          d.observe(state, at, seen, 0)
          for (let i = 0; i < seen.length; i++) out[outAt + i] = (seen[i]! - mean[i]!) / deviation[i]!
        }
      }
    })
  }

/**
 * Rewards are divided by the deviation of discounted returns, gathered by `returnMoments`: values are then near 1.
 *
 * The deviation becomes the parameter `return_deviation` of the new environment, as those of observations do.
 *
 * - Errors: `make` gives `EnvironmentError` for moments of more than one number.
 */
export const normaliseReward =
  (moments: Moments): Wrapper =>
  (env) => {
    const done = "normaliseReward"
    if (moments.mean.length !== 1) {
      const [got, fix] = [`${moments.mean.length}`, "take returnMoments()"]
      return unwrappable(env, done, { field: "moments", want: "of one number", got, fix })
    }
    const [spread = 1] = deviations(moments)
    const table = { return_deviation: number(spread, "", 1e-300, 1e300, "what rewards are divided by") }
    return withParameters(env, done, {}, table, (d, p) => {
      const deviation = Number(p.return_deviation)
      return {
        ...d,
        step: (state, at, action, stream, outcome) => {
          d.step(state, at, action, stream, outcome)
          outcome.reward /= deviation
        }
      }
    })
  }

/** A wrapper with parameters of its own beside those of the environment. */
const withParameters = (
  env: Environment,
  done: string,
  record: Partial<Environment>,
  own: ParameterTable,
  dynamics: (inner: Dynamics, values: Params) => Dynamics
): Environment => {
  const twice = Object.keys(own).find((name) => Object.hasOwn(env.parameters, name))
  if (twice !== undefined) {
    const [got, fix] = ["one that is there already", "wrap only once"]
    return unwrappable(env, done, { field: `parameter ${twice}`, want: "a new name", got, fix })
  }
  const parameters = { ...env.parameters, ...own }
  const outer = wrapped(env, done, { ...record, parameters }, (d) => d)
  const make = (params: Params): Either.Either<EnvError, Dynamics> =>
    Either.chain((values: Params) => {
      const inner = Object.fromEntries(Object.entries(params).filter(([name]) => !Object.hasOwn(own, name)))
      return Either.map((d: Dynamics) => dynamics(d, values))(outer.make(inner))
    })(resolve(outer.id, "parameter", parameters, params, outer.absent))
  return { ...outer, make }
}
