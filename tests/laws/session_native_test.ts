import { test } from "node:test"
import { layer } from "../../plugins/sessions/native/mod.ts"
import { skip } from "../plugins/sessions/native/setting.ts"
import { sessionLaws, tolerances } from "./session.ts"

if (skip === false) sessionLaws("native", layer({ threads: 1 }), tolerances.f32, { compilesSlowly: true })
else test("native", { skip }, () => undefined)
