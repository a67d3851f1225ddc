/** The laws of sessions on TensorFlow.js: the backends that npm brings, and TensorFlow itself where it has been built. */
import { test } from "node:test"
import { Effect } from "effect"
import { layer, make } from "../../plugins/sessions/tfjs/mod.ts"
import { sessionLaws, tolerances } from "./session.ts"

for (const backend of ["cpu", "wasm"] as const) sessionLaws(`tfjs:${backend}`, layer({ backend }), tolerances.f32)

/** One process has one TensorFlow: that on a GPU where it starts, else that on the processor. */
let started = false
for (const backend of ["node-gpu", "node"] as const) {
  if (started) continue
  const r = await Effect.runPromise(Effect.result(Effect.scoped(make({ backend }))))
  started = r._tag === "Success"
  if (started) sessionLaws(`tfjs:${backend}`, layer({ backend }), tolerances.f32)
  else test.skip(`tfjs:${backend}: ${r._tag === "Failure" ? r.failure.message : ""}`, () => undefined)
}
