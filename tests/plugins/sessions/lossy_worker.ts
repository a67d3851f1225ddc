/** A worker whose native session is lost at its third call. */
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { serve } from "../../../plugins/workers/serve.ts"
import { kindsWith, losing } from "./support.ts"

serve(catalog, kindsWith({ native: losing(3) }))
