/** The module of a worker thread. */
import { Effect } from "effect"
import { printAside } from "../io/log_to_stderr.ts"
import { known, knownWith } from "../loading/catalog.ts"
import { loadPlugins } from "../loading/mod.ts"
import { serve } from "./serve.ts"

printAside()
serve(({ plugins = [] }) => Effect.map(loadPlugins(known.registry, plugins), (loaded) => knownWith(loaded)))
