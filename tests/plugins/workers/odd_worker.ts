/** A worker that knows the odd environments. */
import { serve } from "../../../plugins/workers/serve.ts"
import { odd } from "./odd.ts"

serve(odd)
