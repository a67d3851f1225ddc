/** The module of a worker thread. */
import { known } from "../known.ts"
import { serve } from "./serve.ts"

serve(known)
