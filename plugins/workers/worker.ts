/** The module of a worker thread. */
import { Effect } from "effect"
import { logToStderr } from "../io/log_to_stderr.ts"
import { catalog, catalogWith } from "../loading/catalog/mod.ts"
import { loadPlugins } from "../loading/mod.ts"
import { serve } from "./serve.ts"

logToStderr()
serve(({ plugins = [] }) => Effect.map(loadPlugins(catalog.registry, plugins), (loaded) => catalogWith(loaded)))
