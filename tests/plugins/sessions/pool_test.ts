/** A pool gives everybody a turn, and gets every session back. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { mul, program } from "../../../core/program/mod.ts"
import { Session } from "../../../core/service/session.ts"
import { sessionPool } from "../../../plugins/sessions/mod.ts"
import { built } from "../../core/program/support.ts"
import { broken, count, counted, losing, withKinds } from "./support.ts"

const double = built(program("double", { x: [1] }, ({ x }) => ({ y: mul(x, 2) })))

/** One call on the session of the context. */
const call = (x: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const e = yield* (yield* Session).compile(double)
      return (yield* e.run({ x: [x] })).y[0]!
    })
  )

test("at most so many sessions are open and at work; they are opened when needed, kept, and closed with the pool", async () => {
  const seen = count()
  let [working, most] = [0, 0]
  const task = (i: number) =>
    Effect.gen(function* () {
      most = Math.max(most, ++working)
      yield* Effect.yieldNow
      const y = yield* call(i)
      yield* Effect.yieldNow
      working--
      return y
    })
  const results = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const pool = yield* sessionPool("native", 2)
        assert.equal(seen.acquired, 0)
        const all = Array.from({ length: 20 }, (_, i) => pool.use(task(i)))
        const got = yield* Effect.all(all, { concurrency: "unbounded" })
        assert.deepEqual(yield* pool.stats, { idle: 2, used: 0, waiting: 0 })
        assert.deepEqual(seen, { acquired: 2, released: 0 })
        return got
      })
    ).pipe(withKinds({ native: counted(seen) }))
  )
  assert.deepEqual(
    results,
    Array.from({ length: 20 }, (_, i) => 2 * i)
  )
  assert.equal(most, 2)
  assert.deepEqual(seen, { acquired: 2, released: 2 })
})

test("turns go round: who comes back queues behind those who wait", async () => {
  for (const [size, borrowers, rounds] of [
    [1, 3, 5],
    [2, 5, 4],
    [3, 7, 6]
  ] as const) {
    const turns: number[] = []
    const borrower = (pool: { use: <A, E>(w: Effect.Effect<A, E, Session>) => Effect.Effect<A, unknown> }, b: number) =>
      Effect.forEach(Array.from({ length: rounds }), () =>
        pool.use(
          Effect.gen(function* () {
            turns.push(b)
            yield* Effect.yieldNow
            yield* call(b)
          })
        )
      )
    await Effect.runPromise(
      Effect.scoped(
        Effect.flatMap(sessionPool("wasm", size), (pool) =>
          Effect.all(
            Array.from({ length: borrowers }, (_, b) => borrower(pool, b)),
            { concurrency: "unbounded" }
          )
        )
      )
    )
    assert.equal(turns.length, borrowers * rounds)
    // At any moment nobody has had two turns more than anybody who still wants some.
    const had = new Array<number>(borrowers).fill(0)
    for (const b of turns) {
      had[b]!++
      const fewest = Math.min(...had)
      assert.ok(had[b]! <= fewest + 2, `turns ${turns.join(" ")} with ${size} sessions`)
    }
  }
})

test("who is interrupted gives the place back, at work and in the queue", async () => {
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const pool = yield* sessionPool("wasm", 1)
        const begun = yield* Deferred.make<void>()
        const holder = yield* Effect.forkChild(
          pool.use(Effect.andThen(Deferred.succeed(begun, undefined), Effect.never))
        )
        yield* Deferred.await(begun)
        const waiting = yield* Effect.forkChild(pool.use(call(1)))
        const last = yield* Effect.forkChild(pool.use(call(2)))
        yield* Effect.yieldNow
        assert.deepEqual(yield* pool.stats, { idle: 0, used: 1, waiting: 2 })
        yield* Fiber.interrupt(waiting)
        assert.equal((yield* pool.stats).waiting, 1)
        yield* Fiber.interrupt(holder)
        assert.equal(yield* Fiber.join(last), 4)
        assert.deepEqual(yield* pool.stats, { idle: 1, used: 0, waiting: 0 })
        const failed = yield* Effect.exit(pool.use(Effect.die("a bug")))
        assert.ok(Exit.isFailure(failed))
        assert.equal(yield* pool.use(call(3)), 6)
      })
    )
  )
})

test("a lost session is replaced for the next", async () => {
  const seen = count()
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const pool = yield* sessionPool("native", 1)
        assert.equal(yield* pool.use(call(1)), 2)
        const lost = yield* Effect.flip(pool.use(call(2)))
        assert.equal(lost._tag, "SessionLost")
        assert.deepEqual(seen, { acquired: 1, released: 1 })
        assert.equal(yield* pool.use(call(3)), 6)
        assert.deepEqual(seen, { acquired: 2, released: 1 })
      })
    ).pipe(withKinds({ native: counted(seen, Effect.void, losing(2)) }))
  )
  assert.deepEqual(seen, { acquired: 2, released: 2 })
})

test("a session that cannot be made fails its borrower; the next tries again", async () => {
  const results = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const pool = yield* sessionPool("native", 1)
        return [yield* Effect.flip(pool.use(call(1))), yield* Effect.flip(pool.use(call(2)))]
      })
    ).pipe(withKinds({ native: broken("none") }))
  )
  assert.deepEqual(
    results.map((e) => e._tag),
    ["SessionError", "SessionError"]
  )
})
