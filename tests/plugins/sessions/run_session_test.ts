/** The session of a run is one of its kind, and says what a person must know of it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Layer, Metric } from "effect"
import { mul, program } from "../../../core/program/mod.ts"
import { Session } from "../../../core/service/session.ts"
import { runSession } from "../../../plugins/sessions/mod.ts"
import * as wasm from "../../../plugins/sessions/wasm/mod.ts"
import { built } from "../../core/program/support.ts"
import { count, counted, losing, withKinds } from "./support.ts"

const double = built(program("double", { x: [1] }, ({ x }) => ({ y: mul(x, 2) })))

/** Takes its time with every program. */
const slow = Layer.effect(Session)(
  Effect.map(Session, (s) => ({ ...s, compile: (p) => Effect.andThen(Effect.sleep("700 millis"), s.compile(p)) }))
).pipe(Layer.provide(Layer.fresh(wasm.layer())))

const saying = () => {
  const said: string[] = []
  return { said, note: (sentence: string) => Effect.sync(() => void said.push(sentence)) }
}

test("compiling that takes long is told once, and quick compiling not at all", async () => {
  for (const [native, sentences] of [
    [slow, 1],
    [wasm.layer(), 0]
  ] as const) {
    const { said, note } = saying()
    const run = Effect.flatMap(runSession("native", note), ({ session }) =>
      Effect.all([session.compile(double), session.compile(double)])
    )
    await Effect.runPromise(Effect.scoped(run).pipe(withKinds({ native })))
    assert.equal(said.length, sentences)
    for (const s of said) assert.match(s, /^Programs are compiled for this machine/)
  }
})

test("what workers did counts in the records and the metrics of its kind", async () => {
  const done = { plans: 1, calls: 20, flops: 300, bytes: 4000, seconds: 0.5 }
  const run = Effect.gen(function* () {
    const { did, records } = yield* runSession("wasm", saying().note)
    did(done)
    did(done)
    const calls = (yield* Metric.snapshot).find((m) => m.id === "pgex_session_calls")
    return { work: (yield* records)[0]?.work, calls: calls?.state }
  })
  const { work, calls } = await Effect.runPromise(
    Effect.scoped(run).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )
  assert.deepEqual(work, { plans: 2, calls: 40, flops: 600, bytes: 8000, seconds: 1 })
  assert.deepEqual(calls, { value: 40 })
})

test("work goes on counting over a loss, and a lost session is closed at once, the other one with the run", async () => {
  const [first, second] = [count(), count()]
  const { note } = saying()
  const call = Effect.gen(function* () {
    const e = yield* (yield* Session).compile(double)
    return (yield* e.run({ x: [1] })).y[0]
  })
  const run = Effect.gen(function* () {
    const { session, recovery, kind } = yield* runSession("native", note)
    const stage = (name: string) => recovery.stage(name, Effect.provideService(Effect.scoped(call), Session, session))
    assert.equal(yield* stage("one"), 2)
    assert.equal(kind(), "native")
    assert.equal(yield* stage("two"), 2)
    assert.equal(kind(), "wasm")
    for (let i = 0; i < 1000 && first.released === 0; i++) yield* Effect.yieldNow
    assert.deepEqual(
      [first, second],
      [
        { acquired: 1, released: 1 },
        { acquired: 1, released: 0 }
      ]
    )
    return yield* session.work
  })
  const layers = { native: counted(first, Effect.void, losing(2)), wasm: counted(second) }
  const work = await Effect.runPromise(Effect.scoped(run).pipe(withKinds(layers)))
  // One plan of the trial of the second session.
  assert.deepEqual([work.calls, work.plans], [3, 4])
  assert.deepEqual(second, { acquired: 1, released: 1 })
})
