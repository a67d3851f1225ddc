import { layer } from "../../plugins/session_reference.ts"
import { sessionLaws, tolerances } from "./session.ts"

sessionLaws("reference", layer, tolerances.f64)
