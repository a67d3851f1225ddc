import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { mul, program } from "../../../../core/program/mod.ts"
import { make } from "../../../../plugins/sessions/native/mod.ts"
import { built } from "../../../core/program/support.ts"
import { compiling } from "./setting.ts"

test("denormals are zero within a plan, and whole again outside of it", compiling, () =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const n = 40
        const p = built(program("product", { a: [n], b: [n] }, ({ a, b }) => ({ y: mul(a, b) })))
        const { run } = yield* (yield* make()).compile(p)
        const smallest = 2 ** -126
        const { y } = yield* run({ a: new Float32Array(n).fill(smallest), b: new Float32Array(n).fill(0.5) })
        // Asked after the call, of values that no compiler knows beforehand.
        const half = (x: number): number => x * Number(y.length > 0 ? 0.5 : 1)
        assert.deepEqual(
          [...y],
          Array.from({ length: n }, () => 0)
        )
        assert.equal(half(2 ** -1073), 2 ** -1074)
        assert.equal(Math.fround(half(smallest)), 2 ** -127)
      })
    )
  )
)
