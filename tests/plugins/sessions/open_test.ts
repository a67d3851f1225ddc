/** Opening a session ends in a session, or in nothing left behind. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Deferred, Effect, Fiber } from "effect"
import { mul, program } from "../../../core/program/mod.ts"
import { chooseSession, type Kind, openSession } from "../../../plugins/sessions/mod.ts"
import { built } from "../../core/program/support.ts"
import { broken, count, counted, refusal, withKinds, wrong } from "./support.ts"

const double = built(program("double", { x: [3] }, ({ x }) => ({ y: mul(x, 2) })))

test("an opened session works until its scope closes, and is released once", async () => {
  const seen = count()
  const open = Effect.gen(function* () {
    const s = yield* openSession("native")
    const e = yield* s.compile(double)
    assert.deepEqual([...(yield* e.run({ x: [1, 2, 3] })).y], [2, 4, 6])
    assert.deepEqual(seen, { acquired: 1, released: 0 })
    return { s, e }
  })
  const late = await Effect.runPromise(Effect.scoped(open).pipe(withKinds({ native: counted(seen) })))
  assert.deepEqual(seen, { acquired: 1, released: 1 })
  assert.match((await Effect.runPromise(Effect.flip(late.e.run({ x: [1, 2, 3] })))).message, /closed/)
})

test("what a session acquired is released when it fails later, fails its trial or dies", async () => {
  for (const [layer, why] of [
    [(seen: ReturnType<typeof count>) => counted(seen, Effect.fail(refusal("none"))), /got none; install one/],
    [(seen: ReturnType<typeof count>) => counted(seen, Effect.void, wrong), /Cannot compute a small program/],
    [(seen: ReturnType<typeof count>) => counted(seen, Effect.die(new Error("a bug"))), /a bug/]
  ] as const) {
    const seen = count()
    const opening = Effect.scoped(
      Effect.andThen(
        openSession("native", { onTrial: true }),
        Effect.sync(() => seen)
      )
    )
    await assert.rejects(Effect.runPromise(opening.pipe(withKinds({ native: layer(seen) }))), why)
    assert.deepEqual(seen, { acquired: 1, released: 1 })
  }
})

test("a session that comes too late is given up and released, and the error names the limit", async () => {
  const seen = count()
  const opening = openSession("native", { seconds: 0.02 }).pipe(withKinds({ native: counted(seen, Effect.never) }))
  const e = await Effect.runPromise(Effect.flip(Effect.scoped(opening)))
  assert.match(e.message, /Cannot start on session native: want a session within 0\.02 s, got none yet; \S/)
  // It is released behind the caller's back.
  for (let i = 0; i < 1000 && seen.released === 0; i++) await Effect.runPromise(Effect.yieldNow)
  assert.deepEqual(seen, { acquired: 1, released: 1 })
})

test("a session that hangs and is deaf to interruption holds nobody up", async () => {
  const deaf = counted(count(), Effect.uninterruptible(Effect.never))
  const opening = openSession("native", { seconds: 0.02 }).pipe(withKinds({ native: deaf }))
  const e = await Effect.runPromise(Effect.flip(Effect.scoped(opening)).pipe(Effect.timeout("5 seconds")))
  assert.equal(e._tag, "SessionError")
})

test("opening that is interrupted releases what it has", async () => {
  const seen = count()
  const outcome = Effect.gen(function* () {
    const reached = yield* Deferred.make<void>()
    const hanging = counted(seen, Effect.andThen(Deferred.succeed(reached, undefined), Effect.never))
    const opening = openSession("native").pipe(withKinds({ native: hanging }), Effect.scoped)
    const fiber = yield* Effect.forkChild(opening)
    yield* Deferred.await(reached)
    yield* Fiber.interrupt(fiber)
    return { ...seen }
  })
  assert.deepEqual(await Effect.runPromise(outcome), { acquired: 1, released: 1 })
})

const chosen = (layers: Parameters<typeof withKinds>[0], asked: "auto" | Kind = "auto") =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { kind, reason, session } = yield* chooseSession(asked, { seconds: 5 })
        const e = yield* session.compile(double)
        assert.deepEqual([...(yield* e.run({ x: [1, 2, 3] })).y], [2, 4, 6])
        return { kind, reason }
      })
    ).pipe(withKinds(layers))
  )

test("auto takes native where it works, and says so", async () => {
  const seen = count()
  assert.deepEqual(await chosen({ native: counted(seen) }), {
    kind: "native",
    reason: "auto: the fastest that works here"
  })
  assert.deepEqual(seen, { acquired: 1, released: 1 })
})

test("auto goes on to the next kind and says why not the one before", async () => {
  for (const [native, why] of [
    [broken("none of cc, clang, gcc"), /; not native: want a C compiler, got none of cc, clang, gcc$/],
    [wrong, /; not native: want -?\d\S* as number 0 of y, got -?\d/],
    [counted(count(), Effect.die(new Error("a bug"))), /; not native: a bug$/]
  ] as const) {
    const { kind, reason } = await chosen({ native })
    assert.equal(kind, "wasm")
    assert.match(reason, /^auto: the fastest that works here/)
    assert.match(reason, why)
  }
  const last = await chosen({ native: broken("no compiler"), wasm: broken("no SIMD") })
  assert.equal(last.kind, "reference")
  assert.match(last.reason, /not native: .*no compiler; not wasm: .*no SIMD$/)
})

test("auto fails with all reasons where nothing works", async () => {
  const none = { native: broken("A"), wasm: broken("B"), reference: broken("C") }
  const e = await Effect.runPromise(Effect.flip(Effect.scoped(chooseSession("auto"))).pipe(withKinds(none)))
  assert.match(e.message, /want one of native, wasm, reference to work, got native: .*A; wasm: .*B; reference: .*C; \S/)
})

test("a kind that is asked for is taken or refused, without a substitute", async () => {
  assert.deepEqual(await chosen({}, "reference"), { kind: "reference", reason: "as asked" })
  const asked = Effect.flip(Effect.scoped(chooseSession("native")))
  assert.match((await Effect.runPromise(asked.pipe(withKinds({ native: broken("none") })))).message, /got none/)
})
