/** What a plugin's code is: the digest of its module and of all that it imports by path. */
import { existsSync, readFileSync, statSync } from "node:fs"
import { dirname, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { digest } from "../io/digest.ts"

/**
 * SHA-256 of a module and of the files that it imports by path, directly or not: of the file itself where it imports none,
 * else of a line for each, its path from the module's folder and its SHA-256, in the order of paths.
 *
 * Packages have versions of their own, as this one has: they are left out.
 */
export const fingerprint = (module: string): string => {
  const digests = [...filesOf(module)].map(([file, bytes]) => [file, digest(bytes)] as const)
  const [only, ...more] = digests
  if (more.length === 0 && only !== undefined) return only[1]
  const folder = dirname(resolve(module))
  const lines = digests.map(([file, sha256]) => `${relative(folder, file).split(sep).join("/")} ${sha256}\n`)
  return digest(new TextEncoder().encode(lines.sort().join("")))
}

/** A module's file and those that it imports by path, directly or not, with what they hold. */
export const filesOf = (module: string): ReadonlyMap<string, Uint8Array> => {
  const files = new Map<string, Uint8Array>()
  const waiting = [resolve(module)]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue
    const bytes = readFileSync(file)
    files.set(file, bytes)
    waiting.push(...importsOf(file, bytes.toString("utf8")))
  }
  return files
}

/** `import … from "./x"`, `export … from "./x"`, `import "./x"` and `import("./x")`. */
const IMPORTS = /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g

/** This package, which the plugin of a checkout imports by path. */
const OWN = fileURLToPath(new URL("../../mod.ts", import.meta.url))

/** Text that only looks like an import seldom names a file; where it does, the digest covers one more. */
const importsOf = (file: string, text: string): readonly string[] =>
  /\.[cm]?[jt]sx?$/.test(file)
    ? [...text.matchAll(IMPORTS)].flatMap(([, path = ""]) => {
        const found = ENDINGS.map((ending) => `${resolve(dirname(file), path)}${ending}`).find(isFile)
        return found === undefined || found === OWN ? [] : [found]
      })
    : []

/** What a path may leave out under Bun. */
const ENDINGS = ["", ".ts", ".tsx", ".mts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js"]

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile()
