/** Tensors of the TensorFlow.js session: none is left over, and none is shared that could change. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { adam } from "../../../../core/optim/mod.ts"
import { add, gradients, iota, matmul, mul, program, scatter, size, sum } from "../../../../core/program/mod.ts"
import { Session } from "../../../../core/service/session.ts"
import { acquireBackend } from "../../../../plugins/sessions/tfjs/backend.ts"
import { layer } from "../../../../plugins/sessions/tfjs/mod.ts"
import { numbers } from "../../../core/program/arbitrary.ts"
import { type Net, policy, weighted } from "../../../core/program/policies.ts"
import { built, probe } from "../../../core/program/support.ts"
import { refusal } from "../../../laws/session_support.ts"

const net: Net = { sizes: [3, 8, 2], hidden_activation: "tanh", extra_params: 0, n_params: 0 }
const rows = 5
const p = policy(net)
const shapes = { theta: [p.size], x: [rows, 3], a: p.actions(rows), w: [rows] }
const optimiser = adam({ epsilon: 1e-5 })
const step = built(
  program("step", { ...shapes, m: [p.size], v: [p.size], correction: [2] }, ({ theta, x, a, w, ...state }) => {
    const loss = weighted(p, theta, x, a, w)
    const [grad] = gradients(loss, [theta])
    const next = optimiser.step({ theta, grad: grad!, rate: 1e-3 }, state)
    return { loss, theta: next.theta, ...next.state }
  })
)

for (const backend of ["cpu", "wasm"] as const) {
  const within = <A, E>(body: Effect.Effect<A, E, Session>) =>
    Effect.runPromise(body.pipe(Effect.provide(layer({ backend }), { local: true })))

  test(`tfjs:${backend}: a thousand training steps leave as many tensors as one, and the end none of the session's`, async () => {
    const engine = await Effect.runPromise(Effect.scoped(Effect.map(acquireBackend(backend), (b) => b.engine)))
    const before = await within(
      Effect.scoped(
        Effect.gen(function* () {
          const s = yield* Session
          const state = {
            theta: yield* s.buffer([p.size], probe(1, p.size)),
            m: yield* s.buffer([p.size]),
            v: yield* s.buffer([p.size]),
            correction: yield* s.buffer([2], [0.1, 0.001])
          }
          const data = { x: numbers(rows * 3, 1), a: new Float64Array(size(shapes.a)), w: numbers(rows, 3) }
          const { run } = yield* s.compile(step)
          yield* run({ ...state, ...data }, state)
          const { numTensors, numBytes } = engine.memory()
          const first = (yield* run({ ...state, ...data })).loss[0]!
          for (let i = 0; i < 1000; i++) yield* run({ ...state, ...data }, state)
          assert.deepEqual(engine.memory().numTensors, numTensors)
          assert.deepEqual(engine.memory().numBytes, numBytes)
          const last = (yield* run({ ...state, ...data })).loss[0]!
          assert.ok(last < first, `the loss went from ${first} to ${last}`)
          return numTensors
        })
      )
    )
    assert.ok(engine.memory().numTensors < before)
    const end = engine.memory().numTensors
    await within(Effect.flatMap(Session, (s) => Effect.scoped(s.compile(step))))
    assert.equal(engine.memory().numTensors, end)
  })

  test(`tfjs:${backend}: a call that fails leaves no tensor`, async () => {
    const engine = await Effect.runPromise(Effect.scoped(Effect.map(acquireBackend(backend), (b) => b.engine)))
    await within(
      Effect.scoped(
        Effect.gen(function* () {
          const s = yield* Session
          const { run } = yield* s.compile(step)
          const start = engine.memory().numTensors
          const data = { x: numbers(rows * 3, 1), a: new Float64Array(size(shapes.a)), w: numbers(rows, 3) }
          const state = { theta: probe(1, p.size), m: probe(1, p.size), v: [1], correction: [0.1, 0.001] }
          yield* refusal(run({ ...state, ...data }))
          assert.equal(engine.memory().numTensors, start)
        })
      )
    )
  })

  test(`tfjs:${backend}: the caller's arrays may change after they were given`, () =>
    within(
      Effect.scoped(
        Effect.gen(function* () {
          const s = yield* Session
          const through = built(program("through", { x: [3] }, ({ x }) => ({ x, y: mul(x, 2) })))
          const { run } = yield* s.compile(through)
          const [given, kept] = [Float32Array.of(1, 2, 3), yield* s.buffer([3])]
          const b = yield* s.buffer([3], given)
          yield* run({ x: given }, { x: kept })
          given.fill(9)
          assert.deepEqual(
            [[...(yield* s.read(b))], [...(yield* s.read(kept))]],
            [
              [1, 2, 3],
              [1, 2, 3]
            ]
          )
        })
      )
    ))

  test(`tfjs:${backend}: a memory limit is kept, and the largest tensors are named`, async () => {
    const big = built(program("big", { x: [100, 50], y: [50, 100] }, ({ x, y }) => ({ z: sum(mul(matmul(x, y), 2)) })))
    const limited = <A>(body: Effect.Effect<A, unknown, Session>) =>
      Effect.runPromise(body.pipe(Effect.provide(layer({ backend, memoryLimit: 50_000 }), { local: true })))
    await limited(
      Effect.scoped(
        Effect.gen(function* () {
          const s = yield* Session
          assert.equal(s.capabilities.memoryLimit, 50_000)
          const e = yield* refusal(s.compile(big))
          assert.match(e.message, /want at most 0\.1 MB, got .* MB, most in .*\[100, 100\]/)
          const b = yield* refusal(s.buffer([20_000]))
          assert.match(b.message, /make a buffer of shape \[20000\].*want at most/)
          yield* s.buffer([10_000])
          assert.equal((yield* s.memory).bytes, 40_000)
        })
      )
    )
  })
}

test("tfjs: sessions on two backends take turns in one process", async () => {
  const one = built(program("one", { x: [4] }, ({ x }) => ({ y: scatter(add(x, iota(4)), iota(4), 4) })))
  const on = (backend: "cpu" | "wasm") =>
    Effect.scoped(
      Effect.gen(function* () {
        const s = yield* Session
        const { run } = yield* s.compile(one)
        const x = yield* s.buffer([4])
        for (let i = 0; i < 20; i++) {
          yield* run({ x }, { y: x })
          yield* Effect.yieldNow
        }
        return [...(yield* s.read(x))]
      })
    ).pipe(Effect.provide(layer({ backend }), { local: true }))
  const results = await Effect.runPromise(Effect.all([on("cpu"), on("wasm"), on("cpu")], { concurrency: 3 }))
  for (const r of results) assert.deepEqual(r, [0, 20, 40, 60])
})
