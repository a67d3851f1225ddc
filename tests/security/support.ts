/** Folders that others have filled, and the command started in them as its launcher starts it. */
import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const ours = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const node = spawnSync("node", ["--version"]).status === 0 && "node"

/** Why the launcher cannot be started, which is a program of Node.js. */
export const skip = node === false && "no node on the search path"

/** Bun itself, as npm installed it. */
export const bun = ours("node_modules/bun/bin/bun.exe")

export interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A folder with these files, which no `node_modules` is around. */
export const makeFolder = (files: Readonly<Record<string, string>> = {}): string => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-security-"))
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** Runs a program in a folder, with these variables beside the tests' own. */
export const start = (
  file: string,
  args: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>> = {}
): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: { ...process.env, ...variables }, stdio: ["ignore", "pipe", "pipe"] })
    let [out, err] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, out, err }))
  })

/** `pgex ARGS` in a folder, by its launcher. */
export const pgexIn = (cwd: string, args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  start("node", [ours("bin/pgex.js"), ...args], cwd, variables)
