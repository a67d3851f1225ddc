/** What the tests of stages share: a session of each kind, reference data. */
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { Effect, type Scope } from "effect"
import type { Session } from "../../../core/service/session.ts"
import * as reference from "../../../plugins/sessions/reference.ts"
import * as wasm from "../../../plugins/sessions/wasm/mod.ts"

/** Runs on the reference session: float64 throughout. */
export const exactly = <A, E>(effect: Effect.Effect<A, E, Session | Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(effect).pipe(Effect.provide(reference.layer)))

/** Runs on the WebAssembly session: float32. */
export const inSingle = <A, E>(effect: Effect.Effect<A, E, Session | Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(effect).pipe(Effect.provide(wasm.layer())))

/** One file of reference data; T is what its description says. */
export const fixture = <T>(path: string): T => {
  const url = new URL(`../../fixtures/${path}.json.gz`, import.meta.url)
  const parsed: T = JSON.parse(gunzipSync(readFileSync(url)).toString("utf8"))
  return parsed
}

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

export const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a))
