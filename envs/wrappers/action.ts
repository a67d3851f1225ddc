import type { Dynamics, Environment } from "../env.ts"
import type { Box } from "../space.ts"
import { unwrappable, type Wrapper, wrapped } from "./wrap.ts"

/**
 * Any action is taken, as the nearest one within the bounds.
 *
 * - Errors: `make` gives `EnvironmentError` where actions are no box.
 */
export const clipAction: Wrapper = (env) => {
  const { action } = env
  if (action._tag !== "Box") return discrete(env, "clipAction")
  const unbounded = { ...action, low: action.low.map(() => -Infinity), high: action.high.map(() => Infinity) }
  return wrapped(env, "clipAction", { action: unbounded }, (d) => changing(d, action, (x) => x))
}

/**
 * Actions from `low` to `high` in every component stand for the whole range of the environment's own.
 *
 *     a ↦ l + (a − low)·(h − l)/(high − low)
 *
 * - Units: the new actions have none.
 * - Errors: `make` gives `EnvironmentError` where actions are no box, where one of its bounds is infinite, and for `low`
 *   that is not below `high`.
 */
export const rescaleAction =
  (low = -1, high = 1): Wrapper =>
  (env) => {
    const done = `rescaleAction(${low},${high})`
    const { action } = env
    if (action._tag !== "Box") return discrete(env, done)
    if (!(low < high && Number.isFinite(high - low)))
      return unwrappable(env, done, { field: "low", want: `a number below high = ${high}`, got: String(low) })
    const odd = action.low.findIndex((l, i) => !Number.isFinite(action.high[i]! - l))
    if (odd >= 0) {
      const got = `${action.names[odd]} in [${action.low[odd]}, ${action.high[odd]}]`
      const fix = "give the environment finite bounds first"
      return unwrappable(env, done, { field: "action", want: "finite bounds", got, fix })
    }
    const scaled: Box = {
      ...action,
      low: action.low.map(() => low),
      high: action.high.map(() => high),
      units: action.units.map(() => "")
    }
    const scale = action.low.map((l, i) => (action.high[i]! - l) / (high - low))
    return wrapped(env, done, { action: scaled }, (d) =>
      changing(d, action, (x, i) => action.low[i]! + (x - low) * scale[i]!)
    )
  }

/** Steps on changed actions, kept within the bounds: rounding may overstep them. */
const changing = (d: Dynamics, { low, high }: Box, change: (x: number, i: number) => number): Dynamics => {
  const own = new Float64Array(d.actionSize)
  const within = (x: number, i: number): number => Math.min(high[i]!, Math.max(low[i]!, x))
  return {
    ...d,
    step: (state, at, action, stream, outcome) => {
      for (let i = 0; i < own.length; i++) own[i] = within(change(action[i]!, i), i)
      d.step(state, at, own, stream, outcome)
    }
  }
}

const discrete = (env: Environment, done: string): Environment =>
  unwrappable(env, done, {
    field: "action",
    want: "a box of actions",
    got: "a discrete space",
    fix: "leave the wrapper out"
  })
