/** Examples of docstrings and pages, as modules that check what they say. */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

export interface Example {
  /** `core/stat/mean.ts:12`. */
  readonly at: string
  /** The module whose docstring it is of; its exports need no import. Nothing for pages. */
  readonly owner: string | undefined
  readonly code: string
  /** A matter of minutes: it makes a whole run. */
  readonly slow: boolean
}

const lineOf = (text: string, index: number): number => text.slice(0, index).split("\n").length

const isSlow = (code: string): boolean => /\bexperiment\(/.test(code)

/** Examples of one module's docstrings: what follows `@example`, in a fence or bare. */
const ofModule = (path: string, text: string): readonly Example[] =>
  [...text.matchAll(/^ *\/\*\*[\s\S]*?\*\//gm)].flatMap((comment) => {
    const inner = comment[0].replace(/\s*\*\/$/, "").replace(/^ *(?:\/\*\*|\*) ?/gm, "")
    return [...inner.matchAll(/^@example.*\n((?:(?!^@\w)[\s\S])*)/gm)].flatMap((found) => {
      const body = found[1] ?? ""
      const at = `${path}:${lineOf(text, comment.index) + lineOf(inner, found.index) - 1}`
      const fences = [...body.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = ""]) => code)
      return (fences.length > 0 ? fences : [body]).map((code) => ({ at, owner: path, code, slow: isSlow(code) }))
    })
  })

/**
 * Blocks of a page that are neither a file of the page's own story (`tests/docs/page.ts` follows those) nor one of
 * experiments/, which README shows.
 */
const ofPage = (path: string, text: string): readonly Example[] =>
  [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].flatMap((block) => {
    const code = block[1] ?? ""
    const at = `${path}:${lineOf(text, block.index)}`
    return /from "\.\.\//.test(code) ? [] : [{ at, owner: undefined, code, slow: isSlow(code) }]
  })

const read = (path: string): string => readFileSync(join(root, path), "utf8")
const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n")
const isOurs = (path: string): boolean =>
  /^(?:mod|(?:core|envs|algorithms|pipeline|plugins)\/.*)\.ts$/.test(path) && !path.includes("wasm/kernels/")

export const examples: readonly Example[] = [
  ...files.filter(isOurs).flatMap((path) => ofModule(path, read(path))),
  ...files.filter((path) => /^(?:README|docs\/.*)\.md$/.test(path)).flatMap((path) => ofPage(path, read(path)))
]

/** How many claims an example makes. */
export const claims = ({ code }: Example): number => [...code.matchAll(/\/\/ =>/g)].length

/** A line on which a statement begins. */
const begins = (line: string): boolean => /^[^\s)\]}./]/.test(line)

/** The code with each `expression // => value` as a check. */
const checked = (code: string): string => {
  const out: string[] = []
  for (const line of code.split("\n")) {
    const [, before, value] = /^(.*?)\s*\/\/ => (.*)$/.exec(line) ?? []
    if (before === undefined || value === undefined) {
      out.push(line)
      continue
    }
    if (before !== "") out.push(before)
    const start = out.findLastIndex(begins)
    const statement = out.splice(start).join("\n")
    const expected = value.replace(/(-?\d+\.\d+)…/g, (_, text) => `digits("${text}")`)
    const [, name] = /^const (\w+)[^=]*= /.exec(statement) ?? []
    if (name !== undefined) out.push(statement)
    out.push(`check(${name ?? `(\n${statement}\n)`}, ${expected})`)
  }
  return out.join("\n")
}

/** Names that code uses but neither declares nor imports. */
const needed = (code: string, names: readonly string[]): readonly string[] =>
  names.filter((name) => {
    const bound = new RegExp(`\\b(?:const|let|function|class) ${name}\\b|[{,] *${name} *[,}][^\\n]*(?:from "|= )`)
    return new RegExp(`(?<!\\.)\\b${name}\\b`).test(code) && !bound.test(code)
  })

const importing = (names: readonly string[], from: string): string =>
  names.length === 0 ? "" : `import { ${names.join(", ")} } from "${from}"\n`

/** The module of an example. */
export const moduleOf = (example: Example): string => {
  const { owner } = example
  const code = checked(example.code)
  const own = owner === undefined ? [] : [...read(owner).matchAll(/^export (?:const|function\*?|class) (\w+)/gm)]
  const names = own.map(([, name = ""]) => name)
  return [
    `// ${example.at}\n`,
    importing(needed(code, ["left", "right"]), "fp-ts/lib/Either.js"),
    importing(needed(code, names), join(root, owner ?? "")),
    importing(needed(code, ["check", "digits"]), join(root, "tests/docs/check.ts")),
    code,
    "\nexport {}\n"
  ].join("")
}

/** A project that depends on the package and holds these examples as modules; gives their paths. */
export const writeProject = (
  all: readonly Example[]
): { readonly folder: string; readonly paths: readonly string[] } => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-examples-"))
  mkdirSync(join(folder, "node_modules"))
  symlinkSync(root, join(folder, "node_modules", "policygradex"))
  for (const name of ["effect", "@effect", "fp-ts", "bun-types"])
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name))
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
  const config = { extends: join(root, "tsconfig.json"), include: ["*.ts"], exclude: [] }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config))
  const paths = all.map((example, i) => {
    const path = join(folder, `example_${i}.ts`)
    writeFileSync(path, moduleOf(example))
    return path
  })
  return { folder, paths }
}
