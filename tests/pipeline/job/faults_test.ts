/** Faults of the disk and of whoever works in a run's directory while it runs, or before it goes on. */
import assert from "node:assert/strict"
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { Cause, Effect, Exit } from "effect"
import type { StageProgress } from "../../../core/service/progress.ts"
import { isRunStoreError, type RunStoreError } from "../../../core/service/run_store.ts"
import type { Disk } from "../../../plugins/io/disk.ts"
import type { Mode } from "../../../plugins/runs/store/mod.ts"
import { filesIn, hasty, job, rows } from "./on_disk.ts"
import { isForecast } from "./support.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

const finished = async (directory: string, mode: Mode) => {
  const said: string[] = []
  const say = (sentence: string) => Effect.sync(() => void (isForecast(sentence) || said.push(sentence)))
  return { ...(await Effect.runPromise(job(directory, mode, hasty, { say }))), said }
}

const first = await finished(join(folder, "whole"), "new")
const whole = { rows: rows(join(folder, "whole")), files: filesIn(join(folder, "whole")) }

/** That the run in the directory is now as one that nothing happened to. */
const isWhole = (directory: string, { receipts }: Awaited<ReturnType<typeof finished>>) => {
  assert.equal(receipts.digest, first.receipts.digest)
  assert.deepEqual(receipts.events, first.receipts.events)
  assert.deepEqual(rows(directory), whole.rows)
  assert.deepEqual(filesIn(directory), whole.files)
}

/** The error that a run ended with: typed, no defect. */
const errorOf = (exit: Exit.Exit<unknown, unknown>): RunStoreError => {
  assert.ok(Exit.isFailure(exit))
  assert.ok(!Cause.hasDies(exit.cause), Cause.pretty(exit.cause))
  const error = Cause.squash(exit.cause)
  return isRunStoreError(error) ? error : assert.fail(String(error))
}

/** Meddles once, when the stage begins. */
const at = (stage: string, meddle: () => void) => {
  let done = false
  return (p: StageProgress) =>
    Effect.sync(() => {
      if (done || p.stage !== stage || p.done > 0) return
      done = true
      meddle()
    })
}

for (const stage of ["meta-training", "truth", "group training"])
  test(`a run whose directory is removed at its ${stage} ends with an error that names it, and makes no other`, async () => {
    const directory = join(folder, `removed ${stage}`)
    const report = at(stage, () => rmSync(directory, { recursive: true }))
    const exit = await Effect.runPromiseExit(job(directory, "new", hasty, { report }))
    const error = errorOf(exit)
    assert.equal(error.reason, "not-writable")
    assert.match(
      error.message,
      /removed .*: want the folder that the run writes to, got nothing there; run again if it was moved or removed/
    )
    assert.ok(!existsSync(directory))
  })

test("a run whose directory is moved ends with an error, and goes on where it was moved to", async () => {
  const [from, to] = [join(folder, "from"), join(folder, "to")]
  const report = at("truth", () => renameSync(from, to))
  errorOf(await Effect.runPromiseExit(job(from, "new", hasty, { report })))
  const again = await finished(to, "resume")
  assert.equal(again.receipts.digest, first.receipts.digest)
  assert.deepEqual(filesIn(to), whole.files)
})

for (const name of ["meta-training", "kept"])
  test(`a file that takes the place of the folder ${name} under a run is told, and costs no more than what was there`, async () => {
    const directory = join(folder, `file ${name}`)
    const report = at("truth", () => {
      rmSync(join(directory, name), { recursive: true })
      writeFileSync(join(directory, name), "mine")
    })
    const said: string[] = []
    const say = (sentence: string) => Effect.sync(() => void said.push(sentence))
    const exit = await Effect.runPromiseExit(job(directory, "new", hasty, { report, say }))
    if (name === "kept") {
      assert.ok(Exit.isSuccess(exit))
      assert.match(said.join("\n"), /kept.*got a path through a file.*could not be taken up again from here/)
      return
    }
    assert.match(errorOf(exit).message, /file meta-training\/meta-training\/.*got a path through a file/)
    rmSync(join(directory, name))
    isWhole(directory, await finished(directory, "resume"))
  })

/** A disk with room for so many bytes. */
const small = (room: number): Disk => ({
  ...hasty,
  open: async (path, flags) => {
    const file = await hasty.open(path, flags)
    return {
      ...file,
      chmod: (mode) => file.chmod(mode),
      sync: () => file.sync(),
      close: () => file.close(),
      writeFile: async (data) => {
        const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data
        const fits = Math.min(bytes.length, Math.max(0, room))
        room -= bytes.length
        await file.writeFile(bytes.subarray(0, fits))
        if (fits < bytes.length) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" })
      }
    }
  }
})

for (const room of [100, 3000, 20_000, 60_000, 150_000])
  test(`a disk that is full after ${room} bytes leaves nothing unfinished, and with more room the run goes on`, async () => {
    const directory = join(folder, `full ${room}`)
    const exit = await Effect.runPromiseExit(job(directory, "new", small(room)))
    const error = errorOf(exit)
    assert.match(error.message, /got a full disk; make room, then go on with --resume/)
    const left = readdirSync(directory, { recursive: true, encoding: "utf8" })
    assert.deepEqual(
      left.filter((name) => name.endsWith(".tmp")),
      []
    )
    isWhole(directory, await finished(directory, "resume"))
  })

for (const [stage, done] of [
  ["meta-training", 3],
  ["truth", 0],
  ["group training", 0]
] as const)
  for (const left of [0, 0.5])
    test(`where events.jsonl is cut to ${left} of its length while a run stands at ${stage}, its rows are written again, and it says so`, async () => {
      const directory = join(folder, `cut ${stage} ${left}`)
      const report = (p: StageProgress) => (p.stage === stage && p.done === done ? Effect.interrupt : Effect.void)
      await Effect.runPromiseExit(job(directory, "new", hasty, { report }))
      const log = join(directory, "events.jsonl")
      const text = readFileSync(log, "utf8")
      writeFileSync(log, text.slice(0, Math.floor(left * text.length)))
      const again = await finished(directory, "resume")
      isWhole(directory, again)
      assert.equal(again.said.length, 1)
      assert.match(again.said[0] ?? "", /^The log lacked \d+ of \d+ rows of meta-training: they were written again$/)
    })

test("a run whose artefacts.json is damaged goes on to the same bytes, and says so", async () => {
  const directory = join(folder, "manifest")
  const report = (p: StageProgress) => (p.stage === "group training" ? Effect.interrupt : Effect.void)
  await Effect.runPromiseExit(job(directory, "new", hasty, { report }))
  writeFileSync(join(directory, "artefacts.json"), "[{")
  const again = await finished(directory, "resume")
  isWhole(directory, again)
  assert.match(again.said.join("\n"), /^artefacts\.json was damaged: it was made again from the artefacts \(\d+\)$/)
})
