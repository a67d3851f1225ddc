/** Where a plugin's module is: files, packages, and the project's own dependencies. */
import { existsSync, statSync } from "node:fs"
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { Predicate } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { isInstalledFor, packageEntry, packageFolder, readJson, specifierOf, upward } from "../io/installed.ts"
import { loadError, type PluginError } from "./error.ts"

/** What a package says of itself to be found among a project's dependencies. */
export const keyword = "policygradex-plugin"

/** Names with a scheme (`npm:`, `https:`), from which a runtime would fetch. */
const isAddress = (name: string): boolean => /^(?!file:)[A-Za-z][\w+.-]+:/.test(name)

/** Whether a plugin's name is a file's path rather than a package. */
export const isPath = (name: string): boolean => /^([./]|file:|[A-Za-z]:[\\/])|\\|\.[cm]?[jt]s$/.test(name)

/** The name as seen from another folder: a path moves with it, a package stays. */
export const rebase = (name: string, from: string, to: string): string => {
  if (!isPath(name) || name.startsWith("file:") || isAbsolute(name)) return name
  const path = relative(resolve(to), resolve(from, name)).split(sep).join("/")
  return path.startsWith(".") ? path : `./${path}`
}

/**
 * The module's file. Nothing is fetched, whatever the name is.
 *
 * - Errors: `PluginError` for a path with nothing there, for a package that is not installed, and for an address.
 */
export const locate = (name: string, base: string): E.Either<PluginError, string> => {
  const missing = (want: string, got: string, fix: string) => E.left(loadError(name, { want, got, fix }))
  const want = "a module's file"
  if (isAddress(name)) return missing(`${want} or an installed package`, "an address", "nothing is fetched: install it")
  if (isPath(name)) {
    const file = pathOf(name, base)
    if (file === undefined) return missing(want, "an address of another machine", "name the file by its path")
    if (!existsSync(file))
      return missing(want, `nothing at ${file}`, "paths count from the configuration's folder, or from here")
    const found = statSync(file)
    if (found.isFile()) return E.right(file)
    if (!found.isDirectory()) return missing(want, "a device or a pipe", "name a file")
    const inside = join(file, "plugin.ts")
    return missing(
      want,
      "a folder",
      existsSync(inside) ? `${name.replace(/\/$/, "")}/plugin.ts` : "name the file in it"
    )
  }
  const entry = packageEntry(name, base)
  if (entry !== undefined) return E.right(entry)
  const package_ = specifierOf(name)
  const fix = package_ === undefined ? "" : `npm install ${package_.name}, or ./${name}.ts`
  return missing("an installed package", "no such package here", fix)
}

const pathOf = (name: string, base: string): string | undefined => {
  if (!name.startsWith("file:")) return resolve(base, name)
  try {
    return fileURLToPath(name)
  } catch {
    return undefined
  }
}

/** Plugins that nobody asked for by name: which of them are in use, and a sentence on each. */
export interface OfProject {
  readonly names: readonly string[]
  readonly told: readonly string[]
}

/**
 * Dependencies of the project around a folder that are plugins, but for those that were asked for. They are in use where
 * this package is installed for that project: elsewhere to be in a folder is not to trust it.
 */
export const ofProject = (folder: string, asked: readonly string[]): OfProject => {
  const found = projectPlugins(folder).filter((p) => !asked.includes(p.name))
  const installed = found.some(({ project }) => isInstalledFor(dirname(project)))
  const told = found.map(({ name, project }) => {
    const left = `is not in use, as this policygradex is not installed there; name it (--plugin ${name}) to use it`
    return `Plugin ${name}, a dependency in ${project}, ${installed ? "is in use" : left}`
  })
  return { names: installed ? found.map((p) => p.name) : [], told }
}

/** A dependency that says it is a plugin. */
interface ProjectPlugin {
  readonly name: string
  /** The `package.json` that depends on it. */
  readonly project: string
}

/** Dependencies of the project around a folder whose own package.json carries the {@link keyword}. */
export const projectPlugins = (folder: string): readonly ProjectPlugin[] => {
  const home = upward(folder).find((d) => existsSync(join(d, "package.json")))
  if (home === undefined) return []
  const project = join(home, "package.json")
  const manifest = readJson(project)
  return ["dependencies", "devDependencies", "optionalDependencies"]
    .flatMap((key) =>
      Predicate.hasProperty(manifest, key) && Predicate.isObject(manifest[key]) ? Object.keys(manifest[key]) : []
    )
    .filter((name) => {
      const folder = specifierOf(name)?.path === "." ? packageFolder(name, home) : undefined
      const own = folder === undefined ? undefined : readJson(join(folder, "package.json"))
      return Predicate.hasProperty(own, "keywords") && Array.isArray(own.keywords) && own.keywords.includes(keyword)
    })
    .map((name) => ({ name, project }))
}
