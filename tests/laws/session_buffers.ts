/** Laws of sessions: what buffers and calls hold, and what is refused. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
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

export const bufferLaws = (subject: Subject): void => {
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

  law("two outputs sent to one buffer leave one of them there, whole", (s) =>
    Effect.gen(function* () {
      const both = built(program("both", { x: [40] }, ({ x }) => ({ up: add(x, 1), down: sub(sum(x), x) })))
      const x = exact(t, numbers(40, 1))
      const buffer = yield* s.buffer([40], x)
      const want = evaluate(both, { x })
      const separate = yield* (yield* s.compile(both)).run({ x })
      yield* (yield* s.compile(both)).run({ x: buffer }, { up: buffer, down: buffer })
      const got = yield* s.read(buffer)
      const isUp = Math.abs(got[0]! - want.up[0]!) < Math.abs(got[0]! - want.down[0]!)
      assert.deepEqual(got, isUp ? separate.up : separate.down)
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
        assert.ok(e._tag === "SessionError")
        assert.ok(e.doing.endsWith(` on session ${s.kind}`), e.message)
        assert.notEqual(e.fix, "")
      }
    })
  )

  law("what a session can do is told truly", (s) =>
    Effect.gen(function* () {
      const { dtype, memoryLimit, threads } = s.capabilities
      assert.ok(
        memoryLimit > 1e6 && Number.isInteger(threads) && threads >= 1,
        `${memoryLimit} bytes, ${threads} threads`
      )
      const kind = dtype === "f32" ? Float32Array : Float64Array
      const { y } = yield* (yield* s.compile(double)).run({ x: [0.1, 1, 2] })
      assert.ok(y instanceof kind)
      assert.equal((yield* s.read(yield* s.buffer([3], [0.1, 1, 2])))[0], kind.of(0.1)[0])
    })
  )

  law("work counts plans, calls, operations, bytes and seconds", (s) =>
    Effect.gen(function* () {
      const before = yield* s.work
      const e = yield* s.compile(double)
      assert.ok(e.cost.flops >= 5 && e.cost.bytes > 0, `cost ${e.cost.flops}, ${e.cost.bytes}`)
      yield* e.run({ x: [1, 2, 3] })
      yield* e.run({ x: [1, 2, 3] })
      const after = yield* s.work
      assert.ok(after.seconds >= before.seconds && after.seconds < before.seconds + 60)
      assert.deepEqual(
        { ...after, seconds: 0 },
        {
          plans: before.plans + 1,
          calls: before.calls + 2,
          flops: before.flops + 2 * e.cost.flops,
          bytes: before.bytes + 2 * e.cost.bytes,
          seconds: 0
        }
      )
    })
  )

  law("a call repeated with the same things reads what they hold now, and refuses a buffer that is gone", (s) =>
    Effect.gen(function* () {
      const { run } = yield* s.compile(double)
      const [x, y] = [Float32Array.of(1, 2, 3), new Float32Array(3)]
      const again = run({ x }, { y })
      assert.deepEqual([...(yield* again).s], [6])
      x.fill(5)
      assert.deepEqual([...(yield* again).s], [15])
      assert.deepEqual([...y], [10, 10, 10])
      yield* run({ x: [1, 1, 1] })
      assert.deepEqual([...(yield* again).s], [15])
      const kept = yield* Effect.scoped(
        Effect.gen(function* () {
          const b = yield* s.buffer([3], [1, 2, 3])
          const once = run({ x: b }, { y })
          assert.deepEqual([...(yield* once).s], [6])
          yield* s.write(b, [7, 7, 7])
          assert.deepEqual([...(yield* once).s], [21])
          return once
        })
      )
      assert.match((yield* refusal(kept)).message, /closed/)
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
