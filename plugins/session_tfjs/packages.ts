/** Where the optional npm packages of TensorFlow.js are, and loading them. */
import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { delimiter, dirname, join } from "node:path"
import { pathToFileURL } from "node:url"

/** A package that was found. */
export interface Found {
  readonly name: string
  readonly version: string
  /** Its own folder. */
  readonly folder: string
}

const folderUrl = (folder: string): string => pathToFileURL(join(folder, "package.json")).href

/** The first copy of a package, without loading it: beside this project, the caller's, then of `NODE_PATH`; or of `folder`. */
export const findPackage = (name: string, folder?: string): Found | undefined => {
  const near = folder === undefined ? [import.meta.url, folderUrl(process.cwd())] : [folderUrl(folder)]
  const shared = folder === undefined ? (process.env.NODE_PATH ?? "").split(delimiter).filter((p) => p !== "") : []
  const looks = [
    ...near.map((root) => () => createRequire(root).resolve(`${name}/package.json`)),
    ...shared.map((root) => () => join(root, name, "package.json"))
  ]
  for (const look of looks) {
    try {
      const path = look()
      const { version }: { readonly version?: unknown } = JSON.parse(readFileSync(path, "utf8"))
      return { name, version: String(version), folder: dirname(path) }
    } catch {
      // Not there: the next place.
    }
  }
  return undefined
}

/** Loads a package of CommonJS, or one that it depends on, as it finds that itself. */
export const load = (p: Found, name = p.name): unknown => createRequire(folderUrl(p.folder))(name)

/** Whether the native part of a package of the family tfjs-node is there: an install script or a build makes it. */
export const hasBinding = (p: Found): boolean => existsSync(join(p.folder, "lib", "napi-v8", "tfjs_binding.node"))

/**
 * Puts back what Node.js 23 and Deno have taken out of their module `util`, and tfjs-node 4.22 still calls.
 */
export const restoreUtil = (): void => {
  const util: object = createRequire(import.meta.url)("node:util")
  const isNullOrUndefined = (x: unknown): boolean => x === null || x === undefined
  for (const [name, value] of Object.entries({ isNullOrUndefined, isArray: Array.isArray })) {
    if (!(name in util)) Reflect.set(util, name, value)
  }
}
