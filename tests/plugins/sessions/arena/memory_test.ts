import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { matmul, program, sum } from "../../../../core/program/mod.ts"
import { make as native } from "../../../../plugins/sessions/native/mod.ts"
import { make as wasm } from "../../../../plugins/sessions/wasm/mod.ts"
import { built } from "../../../core/program/support.ts"
import { compiling } from "../native/setting.ts"

const memoryLimit = 4e6

for (const [name, make, how] of [
  ["wasm", wasm, {}],
  ["native", native, compiling]
] as const) {
  test(`${name}: a plan beyond the memory limit is refused with its largest buffers, and costs nothing`, how, () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const s = yield* make({ memoryLimit })
          const before = yield* s.memory
          const large = built(
            program("large", { weights: [1000, 1000], x: [100, 1000] }, ({ weights, x }) => ({
              y: sum(matmul(x, weights))
            }))
          )
          const refused = yield* Effect.flip(Effect.scoped(s.compile(large)))
          assert.equal(refused._tag, "SessionError")
          assert.match(
            refused.message,
            /^Cannot compile large on session .*: want at most 4 MB, got \d+ MB; the plan takes 4\.\d MB, most in input "weights" 4\.0 MB, input "x" 0\.4 MB, .*; use smaller batches/
          )
          const buffer = yield* Effect.flip(Effect.scoped(s.buffer([2_000_000])))
          assert.match(buffer.message, /^Cannot make a buffer of shape \[2000000\] .*: want at most 4 MB, got 8 MB; \S/)
          assert.deepEqual((yield* s.memory).bytes, before.bytes)
          // What fits still does.
          const small = built(program("small", { x: [3] }, ({ x }) => ({ y: sum(x) })))
          assert.deepEqual([...(yield* (yield* s.compile(small)).run({ x: [1, 2, 3] })).y], [6])
        })
      )
    )
  )
}
