import { layer } from "../../plugins/sessions/wasm/mod.ts"
import { relaxedAvailable } from "../../plugins/sessions/wasm/module.ts"
import { sessionLaws, tolerances } from "./session.ts"

sessionLaws("wasm", layer(), tolerances.f32)
if (relaxedAvailable()) sessionLaws("wasm:relaxed", layer({ relaxed: true }), tolerances.f32)
