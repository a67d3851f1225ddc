/** The module of a worker thread. */
import { Effect } from "effect"
import { known, knownWith } from "../known.ts"
import { loadPlugins } from "../load/mod.ts"
import { printAside } from "../print_aside.ts"
import { serve } from "./serve.ts"

printAside()
serve(({ plugins = [] }) => Effect.map(loadPlugins(known.registry, plugins), (loaded) => knownWith(loaded)))
