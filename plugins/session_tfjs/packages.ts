/** Where the optional npm packages of TensorFlow.js are, and loading them. */
import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"

/** A package that was found. */
export interface Found {
  readonly name: string
  readonly version: string
  /** Its own folder. */
  readonly folder: string
}

const folderUrl = (folder: string): string => pathToFileURL(join(folder, "package.json")).href

/** The first copy of a package, without loading it: beside this project, then beside the caller's, or in `folder`. */
export const findPackage = (name: string, folder?: string): Found | undefined => {
  const roots = folder === undefined ? [import.meta.url, folderUrl(process.cwd())] : [folderUrl(folder)]
  for (const root of roots) {
    try {
      const path = createRequire(root).resolve(`${name}/package.json`)
      const { version }: { readonly version?: unknown } = JSON.parse(readFileSync(path, "utf8"))
      return { name, version: String(version), folder: dirname(path) }
    } catch {
      // Not there: the next folder.
    }
  }
  return undefined
}

/** Loads a package of CommonJS, or one that it depends on, as it finds that itself. */
export const load = (p: Found, name = p.name): unknown => createRequire(folderUrl(p.folder))(name)

/** Whether the native part of a package of the family tfjs-node is there: an install script or a build makes it. */
export const hasBinding = (p: Found): boolean => existsSync(join(p.folder, "lib", "napi-v8", "tfjs_binding.node"))
