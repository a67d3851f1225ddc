/**
 * The laws of sessions on WebGPU, and the loss of its device. Not among the tests that `npm test` finds: `.ci/run`
 * runs it under Deno and under Bun; where there is no adapter it skips, and says why. A real GPU is tried with every size
 * and repetition of the laws, software with a sample of them, as it compiles and computes on the processor.
 */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { Effect, Exit, Scope } from "effect"
import { mul, program } from "../../core/program/mod.ts"
import { Session } from "../../core/service/session.ts"
import { acquireBackend } from "../../plugins/sessions/tfjs/backend.ts"
import { available, layer } from "../../plugins/sessions/tfjs/mod.ts"
import { built } from "../core/program/support.ts"
import { sessionLaws, type Tolerance, tolerances } from "../laws/session.ts"

const subject = layer({ backend: "webgpu" })

/**
 * What WGSL allows a driver beyond float32's own rounding (WebGPU Shading Language): exp within 3 + 2·|x|
 * units in the last place, log within 2⁻²¹ near 1, tanh within 10⁻⁵ or as good as its parts; division within 2.5 units.
 */
const webgpu: Tolerance = { ...tolerances.f32, operation: 256, tiny: 2 ** -20, program: 1e-4 }

const found = (await Effect.runPromise(available())).find((a) => a.backend === "webgpu")
if (found?.works) {
  const sampled = /software/.test(found.reason)
  console.log(`tfjs:webgpu on ${found.reason}: ${sampled ? "a sample of the" : "all"} sizes and repetitions`)
  // One device for all of them: the pipelines of one that falls idle between two tests are compiled again for the next.
  const held = await Effect.runPromise(Scope.make())
  await Effect.runPromise(Scope.provide(acquireBackend("webgpu"), held))
  after(() => Effect.runPromise(Scope.close(held, Exit.void)))
  sessionLaws("tfjs:webgpu", subject, webgpu, { compilesSlowly: sampled, sampled })

  test("tfjs:webgpu: a lost device is an error of its own, and the next session has a new one", async () => {
    const double = built(program("double", { x: [3] }, ({ x }) => ({ y: mul(x, 2) })))
    const compute = Effect.gen(function* () {
      const { run } = yield* (yield* Session).compile(double)
      return [...(yield* run({ x: [1, 2, 3] })).y]
    })
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { run } = yield* (yield* Session).compile(double)
          const { engine, lost } = yield* acquireBackend("webgpu")
          const { device }: { device: { destroy: () => void; lost: Promise<unknown> } } = Reflect.get(
            engine,
            "backendInstance"
          )
          device.destroy()
          yield* Effect.promise(() => device.lost)
          assert.match(lost() ?? "", /^a lost one/)
          const failure = yield* Effect.flip(run({ x: [1, 2, 3] }))
          assert.ok(failure._tag === "SessionLost", failure.message)
        })
      ).pipe(Effect.provide(subject, { local: true }))
    )
    const again = Effect.scoped(compute).pipe(Effect.provide(subject, { local: true }))
    assert.deepEqual(await Effect.runPromise(again), [2, 4, 6])
  })
} else test.skip(`tfjs:webgpu: ${found?.reason}`, () => undefined)
