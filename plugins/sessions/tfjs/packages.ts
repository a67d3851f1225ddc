/** Where the optional npm packages of TensorFlow.js are, and loading them. */
import { existsSync, realpathSync } from "node:fs"
import { createRequire } from "node:module"
import { delimiter, isAbsolute, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { Predicate } from "effect"
import { packageFolder, readJson } from "../../io/installed.ts"

/** A package that was found. */
export interface Found {
  readonly name: string
  readonly version: string
  /** Its own folder. */
  readonly folder: string
}

const folderUrl = (folder: string): string => pathToFileURL(join(folder, "package.json")).href

const HERE = fileURLToPath(new URL(".", import.meta.url))

/**
 * The first copy of a package, without loading it: beside this package, then of `NODE_PATH`; or of `folder`. Never of the
 * folder that the user is in, which may be anybody's.
 */
export const findPackage = (name: string, folder?: string): Found | undefined => {
  const shared = folder === undefined ? (process.env.NODE_PATH ?? "").split(delimiter).filter(isAbsolute) : []
  for (const found of [packageFolder(name, folder ?? HERE), ...shared.map((root) => join(root, name))]) {
    const manifest = found === undefined ? undefined : readJson(join(found, "package.json"))
    if (found !== undefined && Predicate.hasProperty(manifest, "version"))
      return { name, version: String(manifest.version), folder: realpathSync(found) }
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
