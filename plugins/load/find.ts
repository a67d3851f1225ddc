/** Where a plugin's module is: files, packages, and the project's own dependencies. */
import { existsSync, readFileSync, statSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { Predicate } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { PluginError } from "./error.ts"

/** What a package says of itself to be found among a project's dependencies. */
export const keyword = "policygradex-plugin"

/** Whether a plugin's name is a file's path rather than a package. */
export const isPath = (name: string): boolean => /^([./]|file:|[A-Za-z]:[\\/])|\\|\.[cm]?[jt]s$/.test(name)

/** The name as seen from another folder: a path moves with it, a package stays. */
export const rebase = (name: string, from: string, to: string): string => {
  if (!isPath(name) || name.startsWith("file:") || isAbsolute(name)) return name
  const path = relative(resolve(to), resolve(from, name)).split(sep).join("/")
  return path.startsWith(".") ? path : `./${path}`
}

/**
 * The module's file.
 *
 * - Errors: `PluginError` for a path with nothing there and for a package that is not installed.
 */
export const locate = (name: string, base: string): E.Either<PluginError, string> => {
  const missing = (want: string, got: string, fix: string) =>
    E.left(new PluginError({ doing: `load plugin ${name}`, want, got, fix, plugin: name, field: "" }))
  if (isPath(name)) {
    const file = name.startsWith("file:") ? fileURLToPath(name) : resolve(base, name)
    const want = "a module's file"
    if (!existsSync(file))
      return missing(want, `nothing at ${file}`, "paths count from the configuration's folder, or from here")
    if (!statSync(file).isDirectory()) return E.right(file)
    const inside = join(file, "plugin.ts")
    return missing(
      want,
      "a folder",
      existsSync(inside) ? `${name.replace(/\/$/, "")}/plugin.ts` : "name the file in it"
    )
  }
  try {
    return E.right(createRequire(join(base, "package.json")).resolve(name))
  } catch {
    const entry = entryOf(name, base)
    const got = "no such package here"
    return entry === undefined
      ? missing("an installed package", got, `npm install ${name}, or ./${name}.ts`)
      : E.right(entry)
  }
}

/** Dependencies of the project around a folder whose own package.json carries the {@link keyword}. */
export const projectPlugins = (folder: string): readonly string[] => {
  const home = upward(folder).find((d) => existsSync(join(d, "package.json")))
  if (home === undefined) return []
  const project = readJson(join(home, "package.json"))
  return ["dependencies", "devDependencies", "optionalDependencies"]
    .flatMap((key) =>
      Predicate.hasProperty(project, key) && Predicate.isObject(project[key]) ? Object.keys(project[key]) : []
    )
    .filter((name) => {
      const manifest = packageFolder(name, home)
      const own = manifest === undefined ? undefined : readJson(join(manifest, "package.json"))
      return Predicate.hasProperty(own, "keywords") && Array.isArray(own.keywords) && own.keywords.includes(keyword)
    })
}

/** The entry of a package that only names it for `import`. */
const entryOf = (name: string, base: string): string | undefined => {
  const folder = packageFolder(name, base)
  const manifest = folder === undefined ? undefined : readJson(join(folder, "package.json"))
  if (folder === undefined || !Predicate.isObject(manifest)) return undefined
  const entry = importOf(manifest.exports) ?? manifest.main ?? "index.js"
  const file = typeof entry === "string" ? join(folder, entry) : undefined
  return file !== undefined && existsSync(file) ? file : undefined
}

const importOf = (exports: unknown): unknown => {
  if (!Predicate.isObject(exports)) return exports
  for (const key of [".", "import", "default"]) if (Object.hasOwn(exports, key)) return importOf(exports[key])
  return undefined
}

const packageFolder = (name: string, base: string): string | undefined =>
  upward(base)
    .map((d) => join(d, "node_modules", name))
    .find((d) => existsSync(join(d, "package.json")))

/** The folder and all those around it. */
const upward = (folder: string): readonly string[] => {
  const up = dirname(folder)
  return up === folder ? [folder] : [folder, ...upward(up)]
}

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch {
    return undefined
  }
}
