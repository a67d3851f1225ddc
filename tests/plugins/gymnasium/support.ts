/** A Python with Gymnasium for the tests, and children that are no such Python. */
import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Either from "fp-ts/lib/Either.js"
import type { Environment } from "../../../envs/env.ts"
import { type Gymnasium, type GymnasiumOptions, gymnasium } from "../../../plugins/gymnasium/mod.ts"

export const right = <A>(x: Either.Either<{ readonly message: string }, A>): A => {
  if (Either.isLeft(x)) throw new Error(x.left.message)
  return x.right
}

const here = fileURLToPath(new URL(".", import.meta.url))
const peers = fileURLToPath(new URL("../../../bench/peers/.venv/bin/python", import.meta.url))

const has = (python: string, packages: string): boolean =>
  spawnSync(python, ["-c", `import ${packages}`], { stdio: "ignore" }).status === 0

/** PGEX_PYTHON, the benchmarks' Python, or python3: the first that has Gymnasium. */
export const python: string | undefined = [process.env.PGEX_PYTHON ?? "", peers, "python3"]
  .filter((name) => name !== "")
  .find((name) => has(name, "gymnasium"))

/** Why the tests that need it are skipped, or nothing. */
export const skip: string | false =
  python === undefined ? "no Python with Gymnasium: PGEX_PYTHON, bench/peers/.venv, python3" : false

/** The same of tests that need another package as well. */
export const without = (name: string): string | false =>
  skip === false && python !== undefined && !has(python, name) ? `no ${name} in ${python}` : skip

/** A source whose Python finds the odd environments: `gymnasium:oddities:odd/Name-v0`. */
export const bridge = (options: GymnasiumOptions = {}): Gymnasium =>
  gymnasium({
    ...(python === undefined ? {} : { python }),
    variables: { ...process.env, PYTHONPATH: here, PYTHONDONTWRITEBYTECODE: "1" },
    ...options
  })

export const odd = (source: Gymnasium, name: string, query = ""): Environment =>
  right(source.environment(`gymnasium:oddities:odd/${name}-v0${query}`))

/** One of those whose values are odd. */
export const oddValue = (source: Gymnasium, name: string, query = ""): Environment =>
  right(source.environment(`gymnasium:odd_values:value/${name}-v0${query}`))

/** A program of the shell in the place of Python; `frame` writes a message as the shell's printf takes it. */
export const fake = (body: string): { readonly options: GymnasiumOptions; readonly remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-fake-"))
  const script = join(folder, "child.sh")
  writeFileSync(script, body)
  chmodSync(script, 0o700)
  return {
    options: { python: "/bin/sh", script, seconds: 5, variables: { PATH: process.env.PATH } },
    remove: () => rmSync(folder, { recursive: true })
  }
}

const CALL = 0
const FAILED = 255

/** A shell command that answers with JSON. */
export const answer = (value: unknown, kind: typeof CALL | typeof FAILED = CALL): string => {
  const text = new TextEncoder().encode(JSON.stringify(value))
  const header = new DataView(new ArrayBuffer(16))
  for (const [i, word] of [0x58454750, kind, text.length, 0].entries()) header.setUint32(4 * i, word, true)
  const octal = [...new Uint8Array(header.buffer), ...text].map((b) => `\\${b.toString(8).padStart(3, "0")}`).join("")
  return `printf '${octal}'\n`
}

export const failed = (value: unknown): string => answer(value, FAILED)

export const hello = answer({ protocol: 1, python: "3.12.0", gymnasium: "1.4.0" })

/** Reads a request, so that the next answer is the answer to it. */
export const request = "dd bs=65536 count=1 of=/dev/null 2>/dev/null\n"

/** Whether a process lives; one that has ended and waits for its parent does not. */
export const lives = (pid: number): boolean => {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" })
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z")
}

/** Whether a process is there no more, after a little while. */
export const ends = async (pid: number): Promise<boolean> => {
  for (let waited = 0; lives(pid) && waited < 3000; waited += 20)
    await new Promise((resolve) => setTimeout(resolve, 20))
  return !lives(pid)
}
