/** What a training keeps in the session between calls, and its way to a state and back. */
import { Effect } from "effect"
import type { Floats } from "../../core/random/mod.ts"
import { realOf } from "../../core/service/real.ts"
import { type Buffer, Session } from "../../core/service/session.ts"
import type { State } from "../algorithm.ts"
import { problemError } from "../error.ts"
import { type Networks, residentShapes } from "./mathematics.ts"

export type Part = keyof ReturnType<typeof residentShapes>

/** The buffers that an update changes, by the program's names. */
export type DeviceState = Readonly<Record<Part, Buffer>>

/** All parts but those that a state has under its own names. */
export const parts = [
  "target",
  "logAlpha",
  "policyM",
  "policyV",
  "valueM",
  "valueV",
  "logAlphaM",
  "logAlphaV",
  "correction"
] as const satisfies readonly Part[]

/** Buffers in the current session, all zero. */
export const deviceState = Effect.fn("sac.resident")(function* (n: Networks, tasks: number) {
  const session = yield* Session
  const shapes = residentShapes(n, tasks)
  const make = (name: Part) => session.buffer(shapes[name])
  return {
    policy: yield* make("policy"),
    value: yield* make("value"),
    target: yield* make("target"),
    logAlpha: yield* make("logAlpha"),
    policyM: yield* make("policyM"),
    policyV: yield* make("policyV"),
    valueM: yield* make("valueM"),
    valueV: yield* make("valueV"),
    logAlphaM: yield* make("logAlphaM"),
    logAlphaV: yield* make("logAlphaV"),
    correction: yield* make("correction")
  } satisfies DeviceState
})

/** Puts a state's numbers into the session. Errors: `ProblemError` naming an array that the state lacks. */
export const writeState = Effect.fnUntraced(function* (n: Networks, at: DeviceState, s: State) {
  const session = yield* Session
  yield* session.write(at.policy, s.policy)
  yield* session.write(at.value, s.value.subarray(0, n.twins.size))
  for (const name of parts) {
    const saved = s.arrays[name]
    if (saved === undefined) return yield* problemError(`state.arrays.${name}`, "numbers", "nothing")
    yield* session.write(at[name], saved)
  }
})

/** The session's numbers as a state has them. */
export const readState = Effect.fnUntraced(function* (n: Networks, at: DeviceState) {
  const session = yield* Session
  const arrays: Record<string, Floats> = {}
  for (const name of parts) arrays[name] = yield* session.read(at[name])
  const logAlpha = yield* session.read(at.logAlpha)
  const value = new (realOf(session))(n.value.size)
  value.set(yield* session.read(at.value))
  value[n.twins.size] = Array.from(logAlpha).reduce((sum, x) => sum + x, 0) / logAlpha.length
  return { policy: yield* session.read(at.policy), value, arrays }
})
