/** Where `pgex setup` puts what it builds: folders of the user's cache, each with a `node_modules` of its own. */
import { homedir } from "node:os"
import { join, resolve } from "node:path"

/** TensorFlow on the processor, and on CUDA. */
export type Build = "cpu" | "cuda"

/** The user's cache folder: `PGEX_CACHE`, else the system's place for such things. */
const cacheFolder = (): string => {
  const { PGEX_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  if (PGEX_CACHE) return resolve(PGEX_CACHE)
  if (XDG_CACHE_HOME) return join(resolve(XDG_CACHE_HOME), "policygradex")
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "policygradex")
  if (process.platform === "win32") {
    return join(LOCALAPPDATA || join(homedir(), "AppData", "Local"), "policygradex", "Cache")
  }
  return join(homedir(), ".cache", "policygradex")
}

/** The folder of a build. */
export const buildFolder = (build: Build): string => join(cacheFolder(), `tensorflow-${build}`)
