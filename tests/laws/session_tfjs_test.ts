import { layer } from "../../plugins/session_tfjs/mod.ts"
import { sessionLaws, tolerances } from "./session.ts"

for (const backend of ["cpu", "wasm"] as const) sessionLaws(`tfjs:${backend}`, layer({ backend }), tolerances.f32)
