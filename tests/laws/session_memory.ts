/** Laws of sessions: buffers, scopes, refusals, and memory that comes back. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Deferred, Effect, Exit, Fiber, Scope } from "effect"
import { type Buffer, Session, SessionError } from "../../core/pipeline/session.ts"
import {
  add,
  concat,
  evaluate,
  matmul,
  mul,
  type Program,
  program,
  slice,
  sub,
  sum,
  transpose
} from "../../core/program/mod.ts"
import { numbers } from "../core/program/arbitrary.ts"
import { built } from "../core/program/support.ts"
import { exact, near, refusal, type Subject, within } from "./session_support.ts"

const double = built(program("double", { x: [3] }, ({ x }) => ({ y: mul(x, 2), s: sum(x) })))

export const memoryLaws = (subject: Subject): void => {
  const { name, tolerance: t } = subject
  const law = (what: string, body: Parameters<typeof within<void>>[1]) =>
    test(`${name}: ${what}`, () => within(subject, body))

  law("a buffer holds what it was given, what is written, and what programs put there", (s) =>
    Effect.gen(function* () {
      const zero = yield* s.buffer([3])
      assert.deepEqual([...(yield* s.read(zero))], [0, 0, 0])
      const b = yield* s.buffer([3], [1, 2, 3])
      const run = (yield* s.compile(double)).run
      const { s: total } = yield* run({ x: b }, { y: zero })
      assert.deepEqual([...total], [6])
      assert.deepEqual([...(yield* s.read(zero))], [2, 4, 6])
      yield* s.write(b, Float32Array.of(5, 6, 7))
      assert.deepEqual([...(yield* run({ x: b })).y], [10, 12, 14])
      const [single, wide] = [new Float32Array(3), new Float64Array(1)]
      assert.deepEqual(yield* run({ x: zero }, { y: single, s: wide }), {})
      assert.deepEqual([[...single], [...wide]], [[4, 8, 12], [12]])
    })
  )

  law("what a call returns is the caller's: later calls and writes do not change it", (s) =>
    Effect.gen(function* () {
      const e = yield* s.compile(double)
      const first = yield* e.run({ x: [1, 2, 3] })
      const b = yield* s.buffer([3], [1, 1, 1])
      const read = yield* s.read(b)
      yield* e.run({ x: [7, 8, 9] })
      yield* s.write(b, [2, 2, 2])
      assert.deepEqual(
        [[...first.y], [...read]],
        [
          [2, 4, 6],
          [1, 1, 1]
        ]
      )
    })
  )

  law("outputs may go where inputs are read, in every pattern of reading", (s) =>
    Effect.gen(function* () {
      const n = 6
      const shapes = { a: [n * n], b: [n * n], c: [n * n] }
      const square = built(
        program("in place", { a: [n, n], b: [n, n], c: [n, n] }, ({ a, b, c }) => ({
          // Each output reads inputs in another order than it is written in, and inputs that other outputs overwrite.
          a: add(transpose(b, [1, 0]), mul(a, 2)),
          b: matmul(a, c),
          c: sub(concat([slice(c, [3, 0], [3, n]), slice(c, [0, 0], [3, n])], 0), transpose(a, [1, 0]))
        }))
      )
      const given = {
        a: exact(t, numbers(shapes.a[0]!, 1)),
        b: exact(t, numbers(shapes.b[0]!, 2)),
        c: exact(t, numbers(shapes.c[0]!, 3))
      }
      const { run } = yield* s.compile(square)
      const want = evaluate(square, given)
      const names = ["a", "b", "c"] as const
      const orders = [
        [0, 1, 2],
        [1, 2, 0],
        [2, 0, 1],
        [0, 2, 1],
        [2, 1, 0],
        [1, 0, 2]
      ]
      for (const order of orders) {
        const held = {
          a: yield* s.buffer([n, n], given.a),
          b: yield* s.buffer([n, n], given.b),
          c: yield* s.buffer([n, n], given.c)
        }
        const target = (i: number) => held[names[order[i]!]!]
        yield* run(held, { a: target(0), b: target(1), c: target(2) })
        for (const [i, k] of names.entries()) {
          near(yield* s.read(target(i)), want[k], () => 64 * t.unit, t, `${k} into ${names[order[i]!]}`)
        }
      }
      // One buffer read as all inputs, and one output into it.
      const all = yield* s.buffer([n, n], given.a)
      yield* run({ a: all, b: all, c: all }, { b: all })
      const alone = evaluate(square, { a: given.a, b: given.a, c: given.a })
      near(yield* s.read(all), alone.b, () => 64 * t.unit, t, "b into the one input")
    })
  )

  law("a parameter updated in place a hundred times is the sum of its updates", (s) =>
    Effect.gen(function* () {
      const step = built(program("step", { x: [33], d: [33] }, ({ x, d }) => ({ x: add(x, d) })))
      const { run } = yield* s.compile(step)
      const x = yield* s.buffer([33])
      const d = yield* s.buffer([33], new Float64Array(33).fill(0.25))
      for (let i = 0; i < 100; i++) yield* run({ x, d }, { x })
      assert.ok((yield* s.read(x)).every((v) => v === 25))
    })
  )

  law("an executable may alternate between buffers and numbers", (s) =>
    Effect.gen(function* () {
      const { run } = yield* s.compile(double)
      const b = yield* s.buffer([3], [1, 1, 1])
      for (let i = 0; i < 4; i++) {
        assert.deepEqual([...(yield* run({ x: b })).y], [2, 2, 2])
        assert.deepEqual([...(yield* run({ x: [i, 0, 0] })).y], [2 * i, 0, 0])
        yield* run({ x: [3, 3, 3] }, { y: b })
        assert.deepEqual([...(yield* s.read(b))], [6, 6, 6])
        yield* s.write(b, [1, 1, 1])
      }
    })
  )

  law("wrong lengths, missing inputs and unknown outputs are refused by name, and change nothing", (s) =>
    Effect.gen(function* () {
      const { run } = yield* s.compile(double)
      const long = yield* refusal(run({ x: [1, 2, 3, 4] }))
      assert.match(long.message, /^Cannot run double.* want input "x" of shape \[3\] \(3 numbers\), got 4 numbers; \S/)
      const buffer = yield* s.buffer([4])
      assert.match((yield* refusal(run({ x: buffer }))).message, /want input "x" of shape \[3\].* got 4 numbers/)
      const target = yield* refusal(run({ x: [1, 2, 3] }, { y: new Float32Array(2) }))
      assert.match(target.message, /want output "y" of shape \[3\] \(3 numbers\), got 2 numbers/)
      const untyped: Program<string, string> = double
      const loose = (yield* s.compile(untyped)).run
      const missing = yield* refusal(loose({}))
      assert.match(missing.message, /want input "x".* got nothing/)
      const odd = yield* refusal(loose({ x: [1, 2, 3] }, { z: buffer }))
      assert.match(odd.message, /want a target for one of y, s, got "z"/)
      assert.match((yield* refusal(s.buffer([2, 2], [1]))).message, /want 4 numbers, got 1/)
      assert.match((yield* refusal(s.write(buffer, [1]))).message, /want 4 numbers, got 1/)
      assert.deepEqual([...(yield* run({ x: [1, 2, 3] })).y], [2, 4, 6])
      for (const e of [long, target, missing, odd]) {
        assert.ok(e instanceof SessionError)
        assert.equal(e.session, s.kind)
        assert.notEqual(e.fix, "")
      }
    })
  )

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
    const closed: readonly Effect.Effect<unknown, SessionError>[] = [
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
      const width = s.dtype === "f32" ? 4 : 8
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

  law("buffers and executables made and freed 10,000 times leave memory flat", (s) =>
    Effect.gen(function* () {
      const keep = yield* s.buffer([3], [1, 2, 3])
      const start = yield* s.memory
      const some: Buffer[] = []
      for (let i = 0; i < 10000; i++) {
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

  test(`${name}: sessions opened and closed 10,000 times leave memory flat`, async () => {
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
    const last = await Effect.runPromise(cycle(9800))
    assert.equal(last, first)
    const grown = process.memoryUsage().rss - resident
    // Garbage that waits for its collector is not a leak; 10,000 sessions of only 64 KiB each would be 640 MB.
    assert.ok(grown < 200e6, `resident memory grew by ${grown} bytes`)
  })

  law("work counts calls and operations", (s) =>
    Effect.gen(function* () {
      const before = yield* s.work
      const e = yield* s.compile(double)
      assert.ok(e.cost.flops >= 5 && e.cost.bytes > 0, `cost ${e.cost.flops}, ${e.cost.bytes}`)
      yield* e.run({ x: [1, 2, 3] })
      yield* e.run({ x: [1, 2, 3] })
      const after = yield* s.work
      assert.deepEqual(after, { calls: before.calls + 2, flops: before.flops + 2 * e.cost.flops })
    })
  )

  law("the same call gives the same bits", (s) =>
    Effect.gen(function* () {
      const p = built(program("p", { a: [40, 50], b: [50, 30] }, ({ a, b }) => ({ y: matmul(a, b), s: sum(a) })))
      const given = { a: numbers(2000, 1), b: numbers(1500, 2) }
      const e = yield* s.compile(p)
      const first = yield* e.run(given)
      const again = yield* (yield* s.compile(p)).run(given)
      assert.deepEqual(yield* e.run(given), first)
      assert.deepEqual(again, first)
    })
  )
}
