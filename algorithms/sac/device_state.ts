/** What a training keeps in the session between calls, and its way to a state and back. */
import { Effect } from "effect"
import { size } from "../../core/program/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import { type RealConstructor, realOf } from "../../core/service/real.ts"
import { type Buffer, Session } from "../../core/service/session.ts"
import type { State } from "../algorithm.ts"
import { problemError } from "../error.ts"
import { stateShapes, type Updating } from "./update_program.ts"

/** The buffers that an update changes, by the program's names; the optimiser's states are among them. */
export type DeviceState = Readonly<Record<"policy" | "value" | "target" | "logAlpha", Buffer>> &
  Readonly<Record<string, Buffer>>

/** Names of all parts but those that a state has under its own. */
export const partNames = (u: Updating): readonly string[] =>
  Object.keys(stateShapes(u)).filter((name) => name !== "policy" && name !== "value")

/** Buffers in the current session, all zero. */
export const deviceState = Effect.fn("sac.deviceState")(function* (u: Updating) {
  const session = yield* Session
  const { policy, value, target, logAlpha, ...others } = stateShapes(u)
  const optimizer: Record<string, Buffer> = {}
  for (const [name, shape] of Object.entries(others)) optimizer[name] = yield* session.buffer(shape)
  return {
    ...optimizer,
    policy: yield* session.buffer(policy),
    value: yield* session.buffer(value),
    target: yield* session.buffer(target),
    logAlpha: yield* session.buffer(logAlpha)
  } satisfies DeviceState
})

/** All parts at the start: zeros, but for the critics' copy, every task's first log α, and the scales of heads. */
export const firstArrays = (u: Updating, value: Floats, Real: RealConstructor): Readonly<Record<string, Floats>> => {
  const { twins, heads, value: layout } = u.networks
  const { policy: _policy, value: _value, target, logAlpha, ...others } = stateShapes(u)
  const given = Float64Array.from(value)
  return {
    ...Object.fromEntries(Object.entries(others).map(([name, shape]) => [name, new Real(size(shape))])),
    ...(heads && { mean: layout.host(given, "mean"), deviation: layout.host(given, "deviation") }),
    target: value.slice(0, size(target)),
    logAlpha: new Real(size(logAlpha)).fill(value[twins.size]!)
  }
}

/** Puts a state's numbers into the session. Errors: `ArgumentError` naming an array that the state lacks. */
export const writeState = Effect.fnUntraced(function* (u: Updating, at: DeviceState, s: State) {
  const session = yield* Session
  yield* session.write(at.policy, s.policy)
  yield* session.write(at.value, s.value.subarray(0, u.networks.twins.size))
  for (const name of partNames(u)) {
    const saved = s.arrays[name]
    if (saved === undefined) return yield* Effect.fail(problemError(`state.arrays.${name}`, "numbers", "nothing"))
    yield* session.write(at[name]!, saved)
  }
})

/** The session's numbers as a state has them. */
export const readState = Effect.fnUntraced(function* (u: Updating, at: DeviceState) {
  const session = yield* Session
  const { value: layout, twins } = u.networks
  const arrays: Record<string, Floats> = {}
  for (const name of partNames(u)) arrays[name] = yield* session.read(at[name]!)
  const logAlpha = yield* session.read(at.logAlpha)
  const value = new (realOf(session))(layout.size)
  value.set(yield* session.read(at.value))
  for (const name of ["mean", "deviation"] as const) layout.host(value, name).set(arrays[name] ?? [])
  value[twins.size] = Array.from(logAlpha).reduce((sum, x) => sum + x, 0) / logAlpha.length
  return { policy: yield* session.read(at.policy), value, arrays }
})
