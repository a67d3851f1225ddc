/** Writing a new plugin's folder: whole or not at all, and never over anything. */
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { basename, dirname, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { argumentError } from "../../core/failure/mod.ts"
import { fileError } from "../../core/service/file_error.ts"
import { shown } from "../../core/text/shown.ts"
import { packageEntry } from "../io/installed.ts"
import { scaffold, validName } from "./scaffold.ts"

/**
 * Writes the folder `directory` with a plugin and its test; gives the files.
 *
 * - Errors: `ArgumentError` for a name that cannot be an id, and where something is there already; `FileError`.
 */
export const createPlugin = Effect.fn("plugins.create")(function* (name: string, directory: string) {
  const want = 'a name of small letters, digits and single hyphens, such as "puck-world"'
  if (!validName.test(name))
    return yield* Effect.fail(argumentError({ doing: `name a plugin ${shown(name)}`, want, got: "other signs" }))
  const target = resolve(directory)
  if (isTaken(target)) {
    const fix = "choose another name, or another place with --dir"
    return yield* Effect.fail(
      argumentError({ doing: `write ${target}`, want: "nothing there", got: "something there", fix })
    )
  }
  const files = scaffold(name, importFrom(target))
  return yield* Effect.try({
    try: () => writeFolder(target, files),
    catch: (e) => fileError("write", target, e, "choose another place with --dir")
  })
})

/** An empty folder is nothing. */
const isTaken = (path: string): boolean => {
  if (!existsSync(path)) return false
  return !lstatSync(path).isDirectory() || readdirSync(path).length > 0
}

/** Written beside and renamed: the folder is there with all its files or not at all, whatever happens meanwhile. */
const writeFolder = (target: string, files: Readonly<Record<string, string>>): readonly string[] => {
  mkdirSync(dirname(target), { recursive: true })
  const beside = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  mkdirSync(beside)
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(beside, name), text, { flag: "wx" })
    renameSync(beside, target) // refuses where a folder with something in it has come into being
  } catch (e) {
    rmSync(beside, { recursive: true, force: true })
    throw e
  }
  return Object.keys(files).map((name) => join(target, name))
}

/** By its name where that is found from there, else by its path: a name that is nowhere is one that anybody may take. */
const importFrom = (target: string): string => {
  if (packageEntry("policygradex", target) !== undefined) return "policygradex"
  const path = relative(target, fileURLToPath(new URL("../../mod.ts", import.meta.url)))
  return path.split(sep).join("/")
}
