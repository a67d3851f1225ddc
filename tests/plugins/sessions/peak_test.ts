import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { Session, type SessionService, sessionError } from "../../../core/service/session.ts"
import { rated, sessionPeak } from "../../../plugins/sessions/peak.ts"
import { make } from "../../../plugins/sessions/wasm/mod.ts"

const cost = { work: "surrogate", flops: 3e10, bytes: 6e9, seconds: 1.5 }

test("rated() is operations by time, beside the peak", () => {
  const rate = rated({ gflopsPerSecond: 80, program: "a product" })(cost)
  assert.deepEqual(rate, { ...cost, gflopsPerSecond: 20, fractionOfPeak: 0.25 })
})

test("rated() tells no rate without time, and no fraction without a peak", () => {
  assert.deepEqual(rated(null)(cost), { ...cost, gflopsPerSecond: 20, fractionOfPeak: null })
  const at = { ...cost, seconds: 0 }
  assert.deepEqual(rated(null)(at), { ...at, gflopsPerSecond: null, fractionOfPeak: null })
})

const peakOf = (s: SessionService) => Effect.provideService(sessionPeak, Session, s)

test("sessionPeak() is measured once for a kind of session", () =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const [one, other] = [yield* make(), yield* make()]
        const peak = yield* peakOf(one)
        assert.ok(peak !== null && peak.gflopsPerSecond > 0)
        const { calls } = yield* other.work
        assert.equal(yield* peakOf(other), peak)
        assert.equal((yield* other.work).calls, calls)
        // Nothing is left of it but the figure.
        assert.equal((yield* one.memory).bytes, (yield* other.memory).bytes)
      })
    )
  ))

test("sessionPeak() is null where the session cannot run the product", () =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const refused = sessionError("small", { operation: "compile", want: "", got: "", fix: "" })
        const small: SessionService = { ...(yield* make()), kind: "small", compile: () => Effect.fail(refused) }
        assert.equal(yield* peakOf(small), null)
      })
    )
  ))
