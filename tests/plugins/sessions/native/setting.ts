/** What the tests of compiling share: a place of their own, tiny sources, compilers that misbehave. */
import { spawn } from "node:child_process"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect, Exit } from "effect"
import { findCompiler } from "../../../../plugins/sessions/native/compiler.ts"
import { type LibraryOptions, nativeLibrary } from "../../../../plugins/sessions/native/library.ts"

const compiler = await Effect.runPromiseExit(findCompiler({ PATH: process.env.PATH }))

/** The machine's own compiler, for wrappers. */
export const cc = Exit.isSuccess(compiler) ? compiler.value.file : "cc"

/** A reason to skip what needs a compiler. */
export const skip = Exit.isSuccess(compiler) ? false : "there is no C compiler"

/** How such tests run: not without one. */
export const compiling = { skip }

/** A source whose function gives memory[slots] + threads + n. */
export const plus = (n: number): string =>
  `#include <stdint.h>
int32_t pgx_run(uint8_t *memory, int32_t slots, int32_t threads) { return memory[slots] + threads + ${n}; }
`

/** A memory whose byte 5 is 7: what `plus(n)` makes 8 + n of. */
export const memory = (): Uint8Array => {
  const view = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer)
  view[5] = 7
  return view
}

/** Folders and variables of one test. */
export interface Place {
  readonly folder: string
  /** Where the cache keeps libraries. */
  readonly native: string
  readonly temporary: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** A place that is gone afterwards. */
export const inPlace = async (use: (place: Place) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-test-"))
  const temporary = join(folder, "temporary")
  mkdirSync(temporary)
  const PGEX_CACHE = join(folder, "cache")
  const environment = { PATH: process.env.PATH, PGEX_CACHE, TMPDIR: temporary }
  try {
    await use({ folder, native: join(PGEX_CACHE, "native"), temporary, environment })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Files of a folder; none where it is missing. */
export const files = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder).toSorted() : [])

/** A shell script in the place, to stand for a compiler. */
export const script = (place: Place, name: string, text: string): string => {
  const path = join(place.folder, name)
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
  return path
}

/** A compiler that tells its version, and does `text` when it should compile. */
export const whenCompiling = (place: Place, name: string, text: string): string =>
  script(place, name, `case "$*" in *-dM*) exec ${cc} "$@";; esac\n${text}`)

/** What a library gives for byte 5 of `memory()`, and how it was got; its scope closes again. */
export const get = (source: string, options: LibraryOptions) =>
  Effect.runPromise(Effect.scoped(Effect.map(nativeLibrary(source, options), seen)))

const seen = ({ run, cached, warnings }: Effect.Success<ReturnType<typeof nativeLibrary>>) => ({
  value: run(memory(), 5, 1),
  cached,
  warnings
})

/** Why there is no library. */
export const failure = (source: string, options: LibraryOptions) =>
  Effect.runPromise(Effect.flip(Effect.scoped(nativeLibrary(source, options))))

/** Waits until a process has ended: one that was killed may take a moment, and longer until its parent forgets it. */
export const ended = async (pid: number): Promise<boolean> => {
  while (alive(pid)) await new Promise((wake) => setTimeout(wake, 2))
  return true
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    const stat = `/proc/${pid}/stat`
    return !existsSync(stat) || !/\) [ZX] /.test(readFileSync(stat, "utf8"))
  } catch {
    return false
  }
}

/** The script that loads `plus(1)` in another process. */
export const child = fileURLToPath(new URL("./child.ts", import.meta.url))

/** Runs a program to its end. */
export const runProgram = (file: string, args: readonly string[], environment: Place["environment"]) =>
  new Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const program = spawn(file, [...args], { env: { ...environment }, stdio: ["ignore", "pipe", "pipe"] })
    const text = { stdout: "", stderr: "" }
    program.stdout.on("data", (d: Buffer) => (text.stdout += d.toString()))
    program.stderr.on("data", (d: Buffer) => (text.stderr += d.toString()))
    program.on("error", (e) => resolve({ code: null, stdout: "", stderr: e.message }))
    program.on("close", (code) => resolve({ code, ...text }))
  })
