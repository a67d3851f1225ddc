/** What a plugin imports by name, looked for before any of its code runs: what is not installed is named, never fetched. */
import { existsSync, realpathSync } from "node:fs"
import { isBuiltin } from "node:module"
import { delimiter, dirname, isAbsolute, join } from "node:path"
import { Predicate } from "effect"
import { packageFolder, readJson, specifierOf, upward } from "../io/installed.ts"
import { filesOf } from "./fingerprint.ts"

/** An import that nothing here answers. */
export interface Missing {
  /** As it is written. */
  readonly name: string
  readonly file: string
  /** An address to fetch from, or the name of a package. */
  readonly isAddress: boolean
}

/** The first import, of a module and of those that it imports by path, that is not installed. */
export const missingImport = (module: string): Missing | undefined => {
  for (const [file, bytes] of filesOf(module)) {
    if (!/\.[cm]?[jt]sx?$/.test(file)) continue
    for (const name of namesIn(file, new TextDecoder().decode(bytes))) {
      if (ADDRESS.test(name)) return { name, file, isAddress: true }
      const package_ = specifierOf(name)?.name
      if (package_ !== undefined && !isBuiltin(name) && name !== "bun" && !isThere(package_, file))
        return { name, file, isAddress: false }
    }
  }
  return undefined
}

/** Where a runtime would fetch from. */
const ADDRESS = /^(npm|jsr|https?):/

/** Beside the module, in the package that it is of, or where `NODE_PATH` says. */
const isThere = (name: string, file: string): boolean => {
  const folder = dirname(realpathSync(file))
  if (packageFolder(name, folder) !== undefined) return true
  const own = upward(folder).find((d) => existsSync(join(d, "package.json")))
  const manifest = own === undefined ? undefined : readJson(join(own, "package.json"))
  if (Predicate.hasProperty(manifest, "name") && manifest.name === name) return true
  const shared = (process.env.NODE_PATH ?? "").split(delimiter).filter(isAbsolute)
  return shared.some((d) => existsSync(join(d, name)))
}

/**
 * Names that a module imports whenever it is loaded, as Bun reads them; those of `import()` and `require()` too where Bun
 * was started so that it would fetch them. Deno fetches nothing but addresses, which no comment is taken for.
 */
const namesIn = (file: string, text: string): readonly string[] => {
  const bun: unknown = Reflect.get(globalThis, "Bun")
  if (!hasTranspiler(bun)) {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")
    return [...code.matchAll(/\b(?:from|import)\s*\(?\s*["']((?:npm|jsr|https?):[^"'\n]+)["']/g)].map((m) => m[1] ?? "")
  }
  const [loader = ""] = /[jt]sx?$/.exec(file) ?? []
  try {
    const found = new bun.Transpiler({ loader }).scanImports(text)
    return found.filter((i) => mayFetch || i.kind === "import-statement").map((i) => i.path)
  } catch {
    return [] // What is wrong with it is said when it is loaded.
  }
}

interface Transpiler {
  readonly scanImports: (code: string) => readonly { readonly path: string; readonly kind: string }[]
}

const hasTranspiler = (x: unknown): x is { readonly Transpiler: new (o: { readonly loader: string }) => Transpiler } =>
  Predicate.hasProperty(x, "Transpiler") && Predicate.isFunction(x.Transpiler)

/** Whether this was started as `bun cli.ts`, past the launcher. */
const mayFetch = !process.execArgv.includes("--no-install")
