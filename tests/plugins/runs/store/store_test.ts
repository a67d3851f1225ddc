import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { Effect, Exit, type Layer } from "effect"
import { RunStore, type RunStoreError } from "../../../../core/service/run_store.ts"
import { lockDirectory } from "../../../../plugins/runs/store/lock.ts"
import { directoryStore, memoryStore, type RunInfo, readRun } from "../../../../plugins/runs/store/mod.ts"

const info: RunInfo = {
  command: "pgex run",
  config: { a: 1 },
  seed: 0,
  versions: {},
  machine: {}
}

const inFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-"))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const work = Effect.gen(function* () {
  const store = yield* RunStore
  yield* store.put("surrogate", "affinity", { kind: "array", shape: [2, 2], data: Float64Array.of(1, 0, 0, 1) })
  yield* store.put("first-order", "table", { kind: "table", columns: ["distance", "error"], rows: [[0.01, 0.002]] })
  yield* store.put("meta", "policy", {
    kind: "tensors",
    tensors: [{ name: "w", shape: [1], data: Float32Array.of(2) }]
  })
  yield* store.put("groups", "sdp", { kind: "json", value: { labels: [0, 1], k: 2 } })
  yield* store.log([{ stage: "meta", step: 1, task: "length=1", metric: "return", value: Number.NaN }])
  yield* store.summary({ groups: [[0], [1]] })
  yield* store.report("<p>report</p>")
})

const within = <E>(layer: Layer.Layer<RunStore, E>) => Effect.runPromiseExit(work.pipe(Effect.provide(layer)))
const failure = async (layer: Layer.Layer<RunStore, RunStoreError>): Promise<RunStoreError> => {
  const exit = await Effect.runPromise(Effect.exit(Effect.flip(work.pipe(Effect.provide(layer)))))
  return Exit.isSuccess(exit) ? exit.value : assert.fail("no error")
}

const artefactsOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((p) => /\.[0-9a-f]{12}\.|artefacts|summary|report/.test(p))
      .map((p) => [p, readFileSync(join(folder, p), "base64")])
  )

test("two runs leave byte-identical artefacts, and memory the same as disk", () =>
  inFolder(async (folder) => {
    assert.ok(Exit.isSuccess(await within(directoryStore(join(folder, "a"), "new", info))))
    assert.ok(Exit.isSuccess(await within(directoryStore(join(folder, "b"), "new", info))))
    const memory = memoryStore()
    assert.ok(Exit.isSuccess(await within(memory.layer)))
    const a = artefactsOf(join(folder, "a"))
    assert.equal(Object.keys(a).length, 7)
    assert.deepEqual(a, artefactsOf(join(folder, "b")))
    for (const [path, base64] of Object.entries(a)) {
      assert.equal(Buffer.from(memory.files.get(path) ?? []).toString("base64"), base64, path)
    }
    // Its file stays: a lock on a file that is removed with it can be had twice.
    assert.equal(readFileSync(join(folder, "a", "run.lock"), "utf8"), "")
    const lockedAgain = Effect.scoped(Effect.as(lockDirectory(join(folder, "a")), "the lock goes with the scope"))
    assert.equal(await Effect.runPromise(lockedAgain), "the lock goes with the scope")
  }))

test("a run is read back as it was written, and a changed file is noticed", () =>
  inFolder(async (folder) => {
    await within(directoryStore(join(folder, "a"), "new", info))
    const { run, store } = await Effect.runPromise(readRun(join(folder, "a")))
    assert.deepEqual(run.config, { a: 1 })
    const table = (await Effect.runPromise(store.find("first-order", "table"))) ?? assert.fail("no table")
    const text = new TextDecoder().decode(await Effect.runPromise(store.bytes(table)))
    assert.equal(text, "distance,error\n0.01,0.002\n")
    const log = readFileSync(join(folder, "a", "events.jsonl"), "utf8").trim()
    const { time, ...row } = JSON.parse(log)
    assert.match(time, /^\d{4}-\d\d-\d\dT/)
    assert.deepEqual(row, {
      run: "a",
      stage: "meta",
      step: 1,
      task: "length=1",
      metric: "return",
      value: null,
      is: "NaN"
    })
    writeFileSync(join(folder, "a", table.path), "distance,error\n0.01,0\n")
    const error = await Effect.runPromise(Effect.flip(store.bytes(table)))
    assert.equal(error.reason, "damaged")
  }))

test("a run directory in use, of another version, or no run at all is refused with the reason", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a")
    await within(directoryStore(path, "new", info))
    const again = await failure(directoryStore(path, "new", info))
    assert.equal(again.reason, "exists")
    assert.match(again.message, /--force to replace it or --resume to continue it/)
    assert.ok(Exit.isSuccess(await within(directoryStore(path, "resume", info))))
    assert.ok(Exit.isSuccess(await within(directoryStore(path, "force", info))))

    const nested = await Effect.runPromise(
      failureInside(path).pipe(Effect.provide(directoryStore(path, "resume", info)), Effect.scoped)
    )
    assert.equal(nested.reason, "locked")

    writeFileSync(join(path, "run.json"), JSON.stringify({ format: 99, policygradex: "9.0.0" }))
    const version = await failure(directoryStore(path, "resume", info))
    assert.equal(version.reason, "other-version")
    assert.match(version.message, /want run format 1 of policygradex .*, got run format 99 of policygradex 9\.0\.0/)

    writeFileSync(join(folder, "mine.txt"), "mine")
    assert.equal((await failure(directoryStore(folder, "force", info))).reason, "not-a-run")
    assert.equal(readFileSync(join(folder, "mine.txt"), "utf8"), "mine")
    assert.equal((await failure(directoryStore(join(folder, "mine.txt", "x"), "new", info))).reason, "not-writable")
  }))

const failureInside = (path: string) =>
  Effect.andThen(
    RunStore,
    Effect.promise(() => failure(directoryStore(path, "resume", info)))
  )
