// Runs something with the bun that npm installed beside this package, so that Node.js alone is enough to start, also
// where npm runs no install scripts.
import { spawn } from "node:child_process"
import { existsSync, readdirSync, statSync } from "node:fs"
import { createRequire } from "node:module"
import { constants } from "node:os"
import { dirname, isAbsolute, join } from "node:path"
import { fileURLToPath } from "node:url"

/** The executable: where bun's install script puts it, else where npm unpacked it (no install script needed). */
const findBun = () => {
  const require = createRequire(import.meta.url)
  const name = process.platform === "win32" ? "bun.exe" : "bun"
  const paths = []
  try {
    const home = dirname(require.resolve("bun/package.json"))
    paths.push(join(home, "bin", "bun.exe"))
    const scope = join(dirname(home), "@oven")
    const system = process.platform === "win32" ? "windows" : process.platform
    const processor = process.arch === "arm64" ? "aarch64" : process.arch
    const fits = (folder) => folder.startsWith(`bun-${system}-${processor}`)
    const folders = existsSync(scope) ? readdirSync(scope).filter(fits).sort() : []
    paths.push(...folders.map((folder) => join(scope, folder, "bin", name)))
  } catch {
    // bun is not installed beside us: the search path is left.
  }
  const folders = (process.env.PATH ?? "").split(process.platform === "win32" ? ";" : ":").filter(isAbsolute)
  paths.push(...folders.map((folder) => join(folder, name)))
  // Without its install script, bun's package holds a short text in place of the executable.
  return paths.find((path) => existsSync(path) && statSync(path).isFile() && statSync(path).size > 1_000_000)
}

/**
 * Has bun end with us, where we are killed without warning, and its own children with it: as its `--no-orphans`, but
 * nothing to an older bun of the search path.
 */
const together = { BUN_FEATURE_FLAG_NO_ORPHANS: "1" }

const ours = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))

/**
 * What bun is not to take from the folder that it is started in, which may be anybody's: packages fetched by their name
 * where there are none, programs loaded before ours (`bunfig.toml`), variables (`.env`), and other modules in the place of
 * ours (`paths` in `tsconfig.json`).
 */
const alone = [
  "--no-install",
  "--no-env-file",
  `--config=${ours("bunfig.toml")}`,
  `--tsconfig-override=${ours("tsconfig.json")}`
]

/** Milliseconds after a signal in which the command ends itself; later it is ended, whatever it is doing. */
const GRACE = 850

/** Passes signals on to the command, and ends it where it does not end by them. */
const passSignals = (child) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      child.kill(signal)
      setTimeout(() => {
        child.kill("SIGKILL")
        process.exit(128 + constants.signals[signal])
      }, GRACE)
    })
}

/** Runs bun with `args` in place of this process: its streams, signals and exit code are ours. */
export const launch = (args) => {
  const bun = findBun()
  if (bun === undefined) {
    process.stderr.write(
      "pgex: Cannot start: want the npm package bun, got no executable of it; run npm install again\n"
    )
    process.exit(1)
  }

  const child = spawn(bun, [...alone, ...args], { stdio: "inherit", env: { ...process.env, ...together } })
  passSignals(child)
  child.on("error", (error) => {
    process.stderr.write(`pgex: Cannot start ${bun}: ${error.message}\n`)
    process.exit(1)
  })
  child.on("exit", (code, signal) => {
    process.exit(signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0))
  })
}
