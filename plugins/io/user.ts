/** What belongs to the user of this machine: the folder for what can be made anew, and the Python. */
import { accessSync, constants } from "node:fs"
import { homedir } from "node:os"
import { delimiter, join, resolve } from "node:path"
import * as E from "fp-ts/lib/Either.js"

/** Variables of a process by name. */
export type Variables = Readonly<Record<string, string | undefined>>

/** The cache folder: `PGEX_CACHE`, else the system's place for such things. Throws where the runtime keeps the home secret. */
export const cacheFolder = (variables: Variables): string => {
  const { PGEX_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = variables
  if (PGEX_CACHE) return resolve(PGEX_CACHE)
  if (XDG_CACHE_HOME) return join(resolve(XDG_CACHE_HOME), "policygradex")
  const home = () => variables.HOME || homedir()
  if (process.platform === "darwin") return join(home(), "Library", "Caches", "policygradex")
  if (process.platform === "win32")
    return join(LOCALAPPDATA || join(home(), "AppData", "Local"), "policygradex", "Cache")
  return join(home(), ".cache", "policygradex")
}

/**
 * The Python of `wanted`, else of `PGEX_PYTHON`, else `python3` or `python` of the path.
 *
 * - Errors: the names that there is no program of.
 */
export const findPython = (wanted: string | undefined, variables: Variables): E.Either<readonly string[], string> => {
  const named = wanted ?? variables.PGEX_PYTHON
  const names = named === undefined || named === "" ? ["python3", "python"] : [named]
  const found = names.flatMap((name) => places(name, variables.PATH ?? variables.Path ?? "")).find(runs)
  return found === undefined ? E.left(names) : E.right(found)
}

const ENDINGS = process.platform === "win32" ? ["", ".exe"] : [""]

const places = (name: string, path: string): readonly string[] => {
  const folders = /[/\\]/.test(name) ? [""] : path.split(delimiter)
  return folders.flatMap((folder) => ENDINGS.map((ending) => resolve(folder, `${name}${ending}`)))
}

const runs = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
