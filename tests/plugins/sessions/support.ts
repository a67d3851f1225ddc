/** Sessions with faults: real ones underneath, which fail where a test wants it. */
import { Effect, Layer } from "effect"
import {
  Session,
  type SessionError,
  type SessionLost,
  type SessionService,
  sessionError,
  sessionLost
} from "../../../core/service/session.ts"
import { type Kind, type Kinds, kinds, SessionKinds } from "../../../plugins/sessions/mod.ts"
import * as wasm from "../../../plugins/sessions/wasm/mod.ts"

type Made = Layer.Layer<Session, SessionError>

/** With other layers for some kinds. */
export const kindsWith = (layers: Partial<Readonly<Record<Kind, Made>>>): Kinds => ({
  ...kinds,
  ...Object.fromEntries(
    Object.entries(layers).map(([kind, layer]) => [kind, { needs: "a test", summary: "a test", layer: () => layer }])
  )
})

/** Runs with other layers for some kinds. */
export const withKinds =
  (layers: Partial<Readonly<Record<Kind, Made>>>) =>
  <A, E, R>(use: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(use, SessionKinds, kindsWith(layers))

/** How often something was acquired and released. */
export interface Count {
  acquired: number
  released: number
}

export const count = (): Count => ({ acquired: 0, released: 0 })

/** A session with something beside it that must be released; `then` follows its acquisition. */
export const counted = (
  seen: Count,
  then: Effect.Effect<void, SessionError> = Effect.void,
  of: Made = wasm.layer()
): Made =>
  Layer.effect(Session)(
    Effect.gen(function* () {
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          seen.acquired++
        }),
        () =>
          Effect.sync(() => {
            seen.released++
          })
      )
      yield* then
      return yield* Session
    })
  ).pipe(Layer.provide(Layer.fresh(of)))

export const refusal = (got: string): SessionError =>
  sessionError("native", { operation: "start", want: "a C compiler", got, fix: "install one" })

/** A session that cannot be made. */
export const broken = (got: string): Made => Layer.effect(Session)(Effect.fail(refusal(got)))

const over = (of: Made, f: (s: SessionService) => SessionService): Made =>
  Layer.effect(Session)(Effect.map(Session, f)).pipe(Layer.provide(Layer.fresh(of)))

/** A session whose calls are dear, or so it says. */
export const dear: Made = over(wasm.layer(), (s) => ({
  ...s,
  capabilities: { ...s.capabilities, highCallOverhead: true }
}))

/** A session whose bits depend on the machine, or so it says. */
export const unlike: Made = over(wasm.layer(), (s) => ({ ...s, capabilities: { ...s.capabilities, bitEqual: false } }))

/** A session whose numbers are too large by one. */
export const wrong: Made = over(wasm.layer(), (s) => ({
  ...s,
  compile: (program) =>
    Effect.map(s.compile(program), (e) => ({
      ...e,
      run: (inputs, into) =>
        Effect.tap(e.run(inputs, into), (out) =>
          Effect.sync(() => {
            for (const x of Object.values<Float32Array | Float64Array>(out)) for (const i of x.keys()) x[i]! += 1
          })
        )
    }))
}))

/** A session whose device is lost at its `at`-th call, counted from 1; nothing of it works from then on. */
export const losing = (at: number, of: Made = wasm.layer(), kind = "native"): Made =>
  over(of, (s) => {
    let calls = 0
    const unlessLost = <A, E, R>(
      operation: string,
      use: Effect.Effect<A, E, R>
    ): Effect.Effect<A, E | SessionLost, R> =>
      Effect.suspend((): Effect.Effect<A, E | SessionLost, R> => {
        if (calls < at) return use
        return Effect.fail(sessionLost(kind, operation, "a device that was unplugged"))
      })
    return {
      ...s,
      kind,
      compile: (program) =>
        Effect.map(unlessLost(`compile ${program.name}`, s.compile(program)), (e) => ({
          ...e,
          run: (inputs, into) => {
            const call = e.run(inputs, into)
            return Effect.suspend(() => {
              calls++
              return unlessLost(`run ${program.name}`, call)
            })
          }
        })),
      buffer: (shape, values) => unlessLost("make a buffer", s.buffer(shape, values)),
      write: (b, values) => unlessLost("write a buffer", s.write(b, values)),
      read: (b) => unlessLost("read a buffer", s.read(b))
    }
  })
