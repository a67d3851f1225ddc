import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { lockDirectory } from "../../../../plugins/runs/store/lock.ts"

const contender = fileURLToPath(new URL("./lock_contender.ts", import.meta.url))

const inFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-"))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Deno as the npm package brings it. */
const deno = (): string | undefined => {
  try {
    return createRequire(import.meta.url).resolve("deno/bin.cjs")
  } catch {
    return undefined
  }
}

interface Counts {
  readonly held: number
  readonly refused: number
  readonly together: number
}

/** So many tries by each of the programs at once, on one directory. */
const contend = async (folder: string, programs: readonly (readonly string[])[], tries: number) => {
  const children: ChildProcess[] = programs.map(([program, ...args]) =>
    spawn(program!, [...args, contender, folder, String(tries)], { stdio: ["ignore", "pipe", "inherit"] })
  )
  const outputs = children.map((child) => text(child.stdout ?? assert.fail("no output")))
  await setTimeout(1000)
  writeFileSync(join(folder, "go"), "")
  const all: Counts[] = (await Promise.all(outputs)).map((output) => JSON.parse(output))
  const sum = (key: keyof Counts) => all.reduce((total, counts) => total + counts[key], 0)
  return { held: sum("held"), refused: sum("refused"), together: sum("together") }
}

const contenders = [[process.execPath], [process.execPath], [process.execPath]]
const other = process.versions.deno === undefined ? deno() : undefined
if (other !== undefined) contenders.push(["node", other, "run", "-A", "--no-check"])

test(`no two processes hold a directory's lock at once${other === undefined ? "" : ", Bun's and Deno's together"}`, () =>
  inFolder(async (folder) => {
    const tries = 150
    const { held, refused, together } = await contend(folder, contenders, tries)
    assert.equal(held + refused, contenders.length * tries)
    assert.ok(held > 0 && refused > 0)
    assert.equal(together, 0)
  }))

const locked = (folder: string) =>
  Effect.runPromise(Effect.result(Effect.scoped(Effect.andThen(lockDirectory(folder), Effect.succeed(true)))))

test("a lock is free again when its scope ends, whatever became of the directory; nothing lies beside its file", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a")
    mkdirSync(path)
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          yield* lockDirectory(path)
          assert.deepEqual(readdirSync(path), ["run.lock"])
          const second = yield* Effect.flip(Effect.scoped(lockDirectory(path)))
          assert.equal(second.reason, "locked")
        })
      )
    )
    assert.equal((await locked(path))._tag, "Success")
    const removed = Effect.scoped(
      Effect.andThen(
        lockDirectory(path),
        Effect.sync(() => rmSync(path, { recursive: true }))
      )
    )
    assert.equal((await Effect.runPromiseExit(removed))._tag, "Success")
  }))

test("a directory that cannot be locked at all is not told to be in use", () =>
  inFolder(async (folder) => {
    const error = await Effect.runPromise(Effect.flip(Effect.scoped(lockDirectory(join(folder, "none")))))
    assert.equal(error.reason, "not-writable")
    assert.match(error.message, /^Cannot use .*run\.lock: want a folder that can be written, got unable to open/)
  }))
