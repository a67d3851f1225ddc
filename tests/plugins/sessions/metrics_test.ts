/** Metrics of sessions say what the sessions counted. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Metric } from "effect"
import { program, sum } from "../../../core/program/mod.ts"
import { openSession } from "../../../plugins/sessions/mod.ts"
import { built } from "../../core/program/support.ts"

const total = built(program("total", { x: [1000] }, ({ x }) => ({ s: sum(x) })))

const series = Effect.map(Metric.snapshot, (all) =>
  Object.fromEntries(
    all.map((m) => {
      const value = "value" in m.state ? m.state.value : assert.fail(`${m.id} is no number`)
      return [`${m.id} ${m.attributes?.session}`, Number(value)]
    })
  )
)

test("metrics add up all sessions of a kind, open and closed, when they are read", async () => {
  const work = Effect.gen(function* () {
    const [a, b] = [yield* openSession("wasm"), yield* openSession("wasm")]
    const [one, two] = [yield* a.compile(total), yield* b.compile(total)]
    const x = new Float32Array(1000).fill(1)
    for (let i = 0; i < 3; i++) yield* one.run({ x })
    const before = yield* series
    yield* two.run({ x })
    return { before, during: yield* series, cost: one.cost }
  })
  const told = Effect.gen(function* () {
    const { before, during, cost } = yield* Effect.scoped(work)
    const after = yield* series
    yield* Effect.scoped(openSession("wasm"))
    return { before, during, after, cost, end: yield* series }
  })
  const { before, during, after, end, cost } = await Effect.runPromise(
    Effect.provideService(told, Metric.MetricRegistry, new Map())
  )
  assert.equal(before["pgex_session_calls wasm"], 3)
  assert.equal(during["pgex_session_calls wasm"], 4)
  assert.equal(during["pgex_sessions_open wasm"], 2)
  assert.equal(during["pgex_session_plans wasm"], 2)
  assert.equal(during["pgex_session_flops wasm"], 4 * cost.flops)
  assert.equal(during["pgex_session_bytes wasm"], 4 * cost.bytes)
  const { "pgex_session_seconds wasm": seconds = Number.NaN, "pgex_session_gflops_per_second wasm": rate } = during
  assert.ok(seconds >= 0 && seconds < 60)
  assert.equal(rate, seconds > 0 ? (1e-9 * 4 * cost.flops) / seconds : 0)
  assert.deepEqual(after, { ...during, "pgex_sessions_open wasm": 0 })
  assert.deepEqual(end, after)
})

test("sessions of several kinds have series of their own, and registries know nothing of each other", async () => {
  const both = Effect.scoped(
    Effect.gen(function* () {
      yield* openSession("wasm")
      yield* openSession("reference")
      return yield* series
    })
  )
  for (let i = 0; i < 2; i++) {
    const seen = await Effect.runPromise(Effect.provideService(both, Metric.MetricRegistry, new Map()))
    assert.deepEqual([seen["pgex_sessions_open wasm"], seen["pgex_sessions_open reference"]], [1, 1])
  }
})
