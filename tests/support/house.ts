/** The modules of this repository as texts, and what they import. */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../..", import.meta.url))

/** Text of every module, by its path from the root; kernels are of another language. */
export const texts = new Map(
  execFileSync("git", ["ls-files", "*.ts"], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((path) => path !== "" && !path.includes("wasm/kernels/"))
    .map((path) => [path, readFileSync(join(root, path), "utf8")] as const)
)

/** From the ground up: each floor may use those before it. */
export const floors = ["core", "envs", "algorithms", "pipeline", "plugins"] as const
export const isCode = (path: string): boolean => floors.some((floor) => path.startsWith(`${floor}/`))
export const code = [...texts].filter(([path]) => isCode(path))

export interface Import {
  readonly from: string
  readonly to: string
}

export const imports: readonly Import[] = [...texts].flatMap(([from, text]) =>
  [...text.matchAll(/(?:from|import\()\s*"(\.{1,2}\/[^"]+)"/g)].map((m) => ({
    from,
    to: normalize(join(dirname(from), m[1] ?? ""))
  }))
)
export const inside = imports.filter(({ from, to }) => isCode(from) && isCode(to))

/** Without comments and what stands between quotes. */
export const bare = (text: string): string =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/(^|[^:"'`])\/\/.*$/gm, "$1")
    .replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""')

/** Modules that are loaded with one: what it imports at once, and not for types alone. */
export const loadedWith = (entry: string): ReadonlySet<string> => {
  const seen = new Set([entry])
  for (const path of seen) {
    const text = (texts.get(path) ?? "").replaceAll(/\/\*[\s\S]*?\*\//g, "")
    for (const [, what = "", to = ""] of text.matchAll(/^(?:import|export) (?!type )([^"';]*?) from "(\.[^"]+)"/gm)) {
      const names = /^\{([\s\S]*)\}$/.exec(what)?.[1]?.split(",") ?? [what]
      const onlyTypes = names.every((name) => /^\s*(?:type .*)?$/.test(name))
      if (!onlyTypes) seen.add(normalize(join(dirname(path), to)))
    }
  }
  return seen
}
