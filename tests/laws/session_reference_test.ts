import { layer } from "../../plugins/sessions/reference.ts"
import { sessionLaws, tolerances } from "./session.ts"

sessionLaws("reference", layer, tolerances.f64)
