/**
 * Where npm packages are, found by looking into folders: a runtime that is asked for one that is not there may fetch it, and
 * run what it got.
 */
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs"
import { dirname, join, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { Predicate } from "effect"

/** A name as an `import` has it: of a package, with the path in it that may follow. */
export interface Specifier {
  readonly name: string
  /** `.` or `./path`. */
  readonly path: string
}

const PART = "[A-Za-z0-9_~-][\\w.~-]*"
const NAME = new RegExp(`^(@${PART}/)?${PART}(?=/|$)`)

/** The parts of a package's name; nothing where it is none, as addresses and paths are. */
export const specifierOf = (text: string): Specifier | undefined => {
  const name = NAME.exec(text)?.[0]
  if (name === undefined) return undefined
  const path = `.${text.slice(name.length)}`
  return path
    .split("/")
    .slice(1)
    .some((part) => /^\.{0,2}$/.test(part)) || path.includes("\\")
    ? undefined
    : { name, path }
}

/** The folder and all those around it, the nearest first. */
export const upward = (folder: string): readonly string[] => {
  const up = dirname(folder)
  return up === folder ? [folder] : [folder, ...upward(up)]
}

/** The folder of the package that a module in `from` means by its name. */
export const packageFolder = (name: string, from: string): string | undefined =>
  upward(resolve(from))
    .map((folder) => join(folder, "node_modules", name))
    .find((folder) => existsSync(join(folder, "package.json")))

/** The file that a module in `from` means by a package's name, or with a path in it. */
export const packageEntry = (text: string, from: string): string | undefined => {
  const specifier = specifierOf(text)
  const folder = specifier === undefined ? undefined : packageFolder(specifier.name, from)
  if (specifier === undefined || folder === undefined) return undefined
  const manifest = readJson(join(folder, "package.json"))
  const field = (key: string): unknown => (Predicate.hasProperty(manifest, key) ? manifest[key] : undefined)
  const exported = field("exports")
  const named = specifier.path === "." ? [field("main"), "index.js", "index.ts"] : [specifier.path]
  const targets = exported === undefined ? named : [exportOf(exported, specifier.path)]
  for (const target of targets) {
    if (typeof target !== "string") continue
    const file = ENDINGS.map((ending) => `${join(folder, target)}${ending}`).find(isFile)
    if (file !== undefined) return realpathSync(file)
  }
  return undefined
}

/** What a path may leave out in a package that says nothing of what it exports. */
const ENDINGS = ["", ".js", ".ts", ".mjs", ".cjs", "/index.js"]

/** The target of a path by the field `exports`: its conditions in their order, the first of ours; one star stands for any text. */
const exportOf = (exports: unknown, path: string): unknown => {
  if (
    !Predicate.isObject(exports) ||
    Array.isArray(exports) ||
    !Object.keys(exports).some((key) => key.startsWith("."))
  )
    return path === "." ? targetOf(exports) : undefined
  for (const [key, value] of Object.entries(exports)) {
    if (key === path) return targetOf(value)
    const [before = "", after] = key.split("*")
    if (after === undefined || !path.startsWith(before) || !path.endsWith(after)) continue
    const target = targetOf(value)
    const star = path.slice(before.length, path.length - after.length)
    return typeof target === "string" ? target.replaceAll("*", star) : undefined
  }
  return undefined
}

const CONDITIONS = new Set([
  "deno" in process.versions ? "deno" : "bun",
  "node",
  "import",
  "module",
  "default",
  "require"
])

const targetOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(targetOf).find((target) => target !== undefined)
  if (!Predicate.isObject(value)) return value
  for (const [key, inner] of Object.entries(value)) {
    const target = CONDITIONS.has(key) ? targetOf(inner) : undefined
    if (typeof target === "string") return target
  }
  return undefined
}

/** The folder of this package. */
export const OWN = realpathSync(fileURLToPath(new URL("../..", import.meta.url)))

/**
 * Whether this package is one of those that are installed for a project, in itself and not by a link: then whoever decides
 * what is in the project's folder has decided already what runs here.
 */
export const isInstalledFor = (project: string): boolean => {
  const home = realOf(project)
  return OWN === home || OWN.startsWith(join(home, "node_modules") + sep)
}

const realOf = (path: string): string => (existsSync(path) ? realpathSync(path) : path)

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile()

/** What a JSON file holds; nothing where there is none. */
export const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch {
    return undefined
  }
}
