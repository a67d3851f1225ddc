/** A worker whose native session is lost at its third call. */
import { known } from "../../../plugins/loading/catalog.ts"
import { serve } from "../../../plugins/workers/serve.ts"
import { kindsWith, losing } from "./support.ts"

serve(known, kindsWith({ native: losing(3) }))
