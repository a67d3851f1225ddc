/** Loaded before the tests: what they compile is kept with the project, not in the cache of whoever runs them. */
import process from "node:process"
import { fileURLToPath } from "node:url"

process.env.PGEX_CACHE ??= fileURLToPath(new URL("../../node_modules/.cache/policygradex", import.meta.url))
