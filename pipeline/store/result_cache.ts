/** What a job keeps of its unfinished work. Nothing here can stop a job: what cannot be kept or read is done again. */
import { Effect, Option, Schema } from "effect"
import { monotonicSeconds } from "../../core/service/monotonic.ts"
import { Progress } from "../../core/service/progress.ts"
import { type Kept, RunStore } from "../../core/service/run_store.ts"
import { Session } from "../../core/service/session.ts"

/** Seconds that a stage has taken, those before the run was taken up again included. */
export interface Watch {
  readonly elapsed: Effect.Effect<number>
  /** Of earlier attempts, as far as their results are in use. */
  readonly carried: () => number
  readonly carry: (seconds: number) => void
}

export const startWatch = Effect.gen(function* () {
  const from = yield* monotonicSeconds
  let carried = 0
  const watch: Watch = {
    elapsed: Effect.map(monotonicSeconds, (now) => carried + (now - from)),
    carried: () => carried,
    carry: (seconds) => {
      carried = Math.max(carried, seconds)
    }
  }
  return watch
})

export interface ResultCache {
  /** What was kept under the name for these very inputs, if it is what the schema wants. */
  readonly find: <A>(name: string, inputs: unknown, schema: Schema.Codec<A, unknown>) => Effect.Effect<A | undefined>
  readonly put: (name: string, inputs: unknown, value: unknown) => Effect.Effect<void>
  readonly drop: (below: string) => Effect.Effect<void>
  readonly alone: Kept["alone"]
  /** What computes now: where bits depend on the machine, that is named too. */
  readonly backendId: () => string
}

/**
 * The store's kept values; whoever watches the run is told what is done again, and why. `code` names what computes beside
 * the package itself: what another version of it left is not taken.
 */
export const makeResultCache = Effect.fnUntraced(function* (code: Readonly<Record<string, string>>) {
  const { kept } = yield* RunStore
  const { say } = yield* Progress
  const session = yield* Session
  let told = false
  const tellOnce = (e: { readonly message: string }) =>
    Effect.suspend(() => {
      const first = !told
      told = true
      return first ? say(`${e.message}; the run goes on, but could not be taken up again from here`) : Effect.void
    })
  const cache: ResultCache = {
    find: <A>(name: string, inputs: unknown, schema: Schema.Codec<A, unknown>) =>
      Effect.gen(function* () {
        const found = yield* kept.find(name, { code, inputs })
        return Option.isNone(found) ? undefined : yield* Schema.decodeUnknownEffect(schema)(found.value)
      }).pipe(Effect.catch((e) => Effect.as(say(again(name, e)), undefined))),
    put: (name, inputs, value) => Effect.catch(kept.put(name, { code, inputs }, value), tellOnce),
    drop: (below) => Effect.catch(kept.drop(below), tellOnce),
    alone: (name, inputs) => kept.alone(name, { code, inputs }),
    backendId: () => (session.capabilities.bitEqual ? session.kind : `${session.kind} on ${kept.machine}`)
  }
  return cache
})

const again = (name: string, e: { readonly _tag: string; readonly message: string }): string =>
  e._tag === "RunStoreError"
    ? e.message
    : `Cannot use what was kept of ${name}: want what this version keeps, got ${e.message}; it is computed anew`
