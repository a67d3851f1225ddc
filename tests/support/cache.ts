/** Loaded before the tests: what they compile is kept with the project, not in the cache of whoever runs them. */
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { cacheFolder } from "../../plugins/io/user.ts"

// Asset packs are the user's: fetched once, and only looked at here.
process.env.PGEX_ASSETS ??= join(cacheFolder(process.env), "assets")

process.env.PGEX_CACHE ??= fileURLToPath(new URL("../../node_modules/.cache/policygradex", import.meta.url))
