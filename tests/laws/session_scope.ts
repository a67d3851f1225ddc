/** Laws of sessions: nothing outlives its scope, and memory comes back. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Deferred, Effect, Exit, Fiber, Scope } from "effect"
import { mul, program, sum } from "../../core/program/mod.ts"
import { type Buffer, Session, type SessionFailure } from "../../core/service/session.ts"
import { freeGarbage } from "../../plugins/workers/garbage.ts"
import { built } from "../core/program/support.ts"
import { refusal, type Subject, within } from "./session_support.ts"

const double = built(program("double", { x: [3] }, ({ x }) => ({ y: mul(x, 2), s: sum(x) })))

export const scopeLaws = (subject: Subject): void => {
  const { name, compilesSlowly, sampled } = subject
  /** How often what must not leak is done. */
  const times = compilesSlowly || sampled ? 500 : 10_000
  const law = (what: string, body: Parameters<typeof within<void>>[1]) =>
    test(`${name}: ${what}`, () => within(subject, body))

  law("buffers of another session are refused", (s) =>
    Effect.gen(function* () {
      // `local`, or the layer would give this very session again.
      const stranger = yield* Effect.provide(
        Effect.flatMap(Session, (o) => Effect.scoped(o.buffer([3]))),
        subject.layer,
        { local: true }
      )
      const { run } = yield* s.compile(double)
      for (const e of [
        run({ x: stranger }),
        run({ x: [1, 2, 3] }, { y: stranger }),
        s.read(stranger),
        s.write(stranger, [1, 2, 3])
      ]) {
        assert.match(
          (yield* refusal<unknown, never>(e)).message,
          /want a live buffer of this session.*, got .*another session; \S/
        )
      }
    })
  )

  law("two sessions at once do not see each other, and one outlives the other", (s) =>
    Effect.gen(function* () {
      const mine = { e: yield* s.compile(double), b: yield* s.buffer([3], [1, 2, 3]) }
      const other = Effect.gen(function* () {
        const o = yield* Session
        const theirs = { e: yield* o.compile(double), b: yield* o.buffer([3], [10, 20, 30]) }
        // In turn, and at once: where calls wait for a device, their waits overlap.
        for (let i = 0; i < 3; i++) {
          yield* mine.e.run({ x: mine.b }, { y: mine.b })
          yield* theirs.e.run({ x: theirs.b }, { y: theirs.b })
        }
        const [a, b] = yield* Effect.all([mine.e.run({ x: mine.b }), theirs.e.run({ x: theirs.b })], {
          concurrency: "unbounded"
        })
        assert.deepEqual([...a.y, ...a.s], [16, 32, 48, 48])
        assert.deepEqual([...b.y, ...b.s], [160, 320, 480, 480])
      })
      yield* Effect.provide(Effect.scoped(other), subject.layer, { local: true })
      assert.deepEqual([...(yield* mine.e.run({ x: mine.b })).y], [16, 32, 48])
    })
  )

  law("buffers and executables are refused once their scope has closed", (s) =>
    Effect.gen(function* () {
      const [b, e] = yield* Effect.scoped(Effect.all([s.buffer([3], [1, 2, 3]), s.compile(double)]))
      const { run } = yield* s.compile(double)
      for (const late of [run({ x: b }), run({ x: [1, 2, 3] }, { y: b }), s.read(b), s.write(b, [1, 2, 3])]) {
        assert.match((yield* refusal<unknown, never>(late)).message, /want a live buffer.*, got .*scope has closed; \S/)
      }
      assert.match((yield* refusal(e.run({ x: [1, 2, 3] }))).message, /want an open scope, got one that has closed; \S/)
      // New memory at the same place must not bring the old buffer back to life.
      const next = yield* s.buffer([3], [9, 9, 9])
      yield* refusal(s.write(b, [0, 0, 0]))
      assert.deepEqual([...(yield* s.read(next))], [9, 9, 9])
    })
  )

  test(`${name}: a session is refused once its own scope has closed`, async () => {
    const late = await within(subject, (s) =>
      Effect.map(Effect.all([s.buffer([3]), s.compile(double)]), ([b, e]) => ({ s, b, e }))
    )
    const closed: readonly Effect.Effect<unknown, SessionFailure>[] = [
      Effect.scoped(late.s.buffer([3])),
      Effect.scoped(late.s.compile(double)),
      late.s.read(late.b),
      late.s.write(late.b, [1, 2, 3]),
      late.e.run({ x: [1, 2, 3] })
    ]
    for (const e of closed) assert.match((await Effect.runPromise(refusal(e))).message, /closed/)
  })

  law("memory is counted while it is held, and given back on success, failure and interruption", (s) =>
    Effect.gen(function* () {
      const before = yield* s.memory
      const width = s.capabilities.dtype === "f32" ? 4 : 8
      const hold = Effect.gen(function* () {
        const b = yield* s.buffer([1000])
        yield* s.compile(double)
        const now = yield* s.memory
        assert.ok(now.bytes >= before.bytes + 1000 * width, `${now.bytes} bytes held`)
        assert.ok(now.peak >= now.bytes)
        return b
      })
      const back = Effect.map(s.memory, (m) => assert.equal(m.bytes, before.bytes))
      yield* Effect.scoped(hold)
      yield* back
      const failed = yield* Effect.exit(Effect.scoped(Effect.andThen(hold, Effect.fail("no"))))
      assert.ok(Exit.isFailure(failed))
      yield* back
      yield* Effect.exit(Effect.scoped(Effect.andThen(hold, Effect.die("bug"))))
      yield* back
      const held = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        Effect.scoped(hold.pipe(Effect.andThen(Deferred.succeed(held, undefined)), Effect.andThen(Effect.never)))
      )
      yield* Deferred.await(held)
      assert.ok((yield* s.memory).bytes > before.bytes)
      yield* Fiber.interrupt(fiber)
      yield* back
      assert.ok((yield* s.memory).peak >= before.bytes + 1000 * width)
    })
  )

  law(`buffers and executables made and freed ${times} times leave memory flat`, (s) =>
    Effect.gen(function* () {
      const keep = yield* s.buffer([3], [1, 2, 3])
      const start = yield* s.memory
      const some: Buffer[] = []
      for (let i = 0; i < times; i++) {
        const scope = yield* Scope.make()
        some[i % 3] = yield* Scope.provide(s.buffer([(i % 50) + 1]), scope)
        if (i % 20 === 0) yield* Scope.provide(s.compile(double), scope)
        yield* Scope.close(scope, Exit.void)
      }
      const end = yield* s.memory
      assert.equal(end.bytes, start.bytes)
      assert.ok(end.peak < start.peak + 100000, `peak ${end.peak}, at first ${start.peak}`)
      assert.deepEqual([...(yield* s.read(keep))], [1, 2, 3])
    })
  )

  test(`${name}: sessions opened and closed ${times} times leave memory flat`, async () => {
    const once = Effect.scoped(
      Effect.gen(function* () {
        const s = yield* Session
        yield* s.buffer([100])
        return yield* s.memory
      })
    )
    const cycle = (n: number) =>
      Effect.gen(function* () {
        let last = 0
        for (let i = 0; i < n; i++) last = (yield* Effect.provide(once, subject.layer, { local: true })).bytes
        return last
      })
    const first = await Effect.runPromise(cycle(200))
    const resident = process.memoryUsage().rss
    for (let done = 200; done < times; done += 100) {
      assert.equal(await Effect.runPromise(cycle(100)), first)
      // Garbage is no leak, and a busy machine's collector may be far behind.
      if (done % 1000 === 0) freeGarbage()
    }
    const grown = process.memoryUsage().rss - resident
    // 10,000 sessions of only 64 KiB each would be 640 MB.
    assert.ok(grown < 200e6, `resident memory grew by ${grown} bytes`)
  })
}
