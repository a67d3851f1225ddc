import { layer } from "../../plugins/session_native/mod.ts"
import { sessionLaws, tolerances } from "./session.ts"

sessionLaws("native", layer({ threads: 1 }), tolerances.f32, { compilesSlowly: true })
