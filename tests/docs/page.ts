/** A page of docs, block after block: files are written, commands run, and what they print compared. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))
interface Block {
  readonly language: string
  readonly info: string
  readonly body: string
}

const blocksOf = (page: string): readonly Block[] =>
  [...readFileSync(join(root, "docs", page), "utf8").matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = "", info = "", body = ""]) => ({ language, info, body })
  )

/** A project that depends on the package. */
const makeProject = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-docs-"))
  mkdirSync(join(folder, "node_modules"))
  symlinkSync(root, join(folder, "node_modules", "policygradex"))
  for (const name of ["effect", "fp-ts"])
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name))
  return folder
}

/** One line of a shell block, without a shell: an echo piped into pgex, pgex, or bun. */
const run = (folder: string, line: string): { readonly code: number | null; readonly out: string } => {
  const [, input = "", command = line] = /^echo '(.*?)' \| (.*)$/.exec(line) ?? []
  const [program, ...args] = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "")
  assert.ok(program === "pgex" || program === "bun", line)
  const all = program === "pgex" ? [join(root, "cli.ts"), ...args] : args
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: folder, input, encoding: "utf8" })
  return { code: status, out: `${stdout}${stderr}` }
}

/** Whether a line of the page stands in the output; … is anything, and spaces are as many as there are. */
const stands = (line: string, out: string): boolean => {
  const pattern = line
    .trim()
    .split(/\s*…\s*/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+"))
    .join(".*")
  return new RegExp(pattern).test(out)
}

/** Does what the page says in a folder of its own; tells how many files it wrote. */
export const followPage = (page: string): number => {
  const folder = makeProject()
  try {
    let out = ""
    let files = 0
    for (const { language, info, body } of blocksOf(page)) {
      if (language === "sh") {
        out = ""
        for (const line of body.trim().split("\n")) {
          const result = run(folder, line)
          out += result.out
          assert.equal(result.code, info === "fails" ? 1 : 0, `${line}\n${result.out}`)
        }
      } else if (language === "text") {
        for (const line of body.trim().split("\n")) assert.ok(stands(line, out), `want ${line}, got\n${out}`)
      } else {
        assert.match(info, /\.(ts|js|json)$/, `a block of ${language} names no file`)
        mkdirSync(dirname(join(folder, info)), { recursive: true })
        writeFileSync(join(folder, info), body)
        files++
      }
    }
    return files
  } finally {
    rmSync(folder, { recursive: true })
  }
}
