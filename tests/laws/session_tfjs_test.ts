/** The laws of sessions on TensorFlow.js: the backends that npm brings, and TensorFlow itself where it has been built. */
import { test } from "node:test"
import { isInstalled, layer } from "../../plugins/session_tfjs/mod.ts"
import { sessionLaws, tolerances } from "./session.ts"

for (const backend of ["cpu", "wasm", "node", "node-gpu"] as const) {
  const { works, reason } = isInstalled(backend)
  if (works) sessionLaws(`tfjs:${backend}`, layer({ backend }), tolerances.f32)
  else test.skip(`tfjs:${backend}: ${reason}`, () => undefined)
}
