import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { mul, program } from "../../../core/program/mod.ts"
import { Session, totalCost } from "../../../core/service/session.ts"
import { makeLedger } from "../../../pipeline/store/ledger.ts"
import { layer } from "../../../plugins/sessions/reference.ts"
import { built } from "../../core/program/support.ts"

const double = built(program("double", { x: [3] }, ({ x }) => ({ y: mul(x, 2) })))

/** A stage of so many calls and seconds. */
const stage = (calls: number, seconds: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { run, cost } = yield* (yield* Session).compile(double)
      for (let i = 0; i < calls; i++) yield* run({ x: [1, 2, 3] })
      yield* TestClock.adjust(1000 * seconds)
      return cost
    })
  )

test("a ledger books time and the session's work by stage, and what other threads did where that is told", () =>
  Effect.gen(function* () {
    const ledger = yield* makeLedger
    const { flops, bytes } = yield* ledger.stage("a", stage(2, 1))
    yield* ledger.stage("b", stage(1, 4), () => ({ flops: 70, bytes: 80 }))
    yield* ledger.stage("a", stage(3, 2))
    assert.deepEqual(ledger.entries(), [
      ["a", { seconds: 3, flops: 5 * flops, bytes: 5 * bytes }],
      ["b", { seconds: 4, flops: 70, bytes: 80 }]
    ])
  }).pipe(Effect.provide([layer, TestClock.layer()]), Effect.runPromise))

test("totalCost() adds up", () => {
  assert.deepEqual(totalCost([]), { flops: 0, bytes: 0 })
  assert.deepEqual(
    totalCost([
      { flops: 1, bytes: 2 },
      { flops: 3, bytes: 4 }
    ]),
    { flops: 4, bytes: 6 }
  )
})
