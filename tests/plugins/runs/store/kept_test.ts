import assert from "node:assert/strict"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { Effect, Option } from "effect"
import { RunStore, type RunStoreService } from "../../../../core/service/run_store.ts"
import { directoryStore, type Mode, memoryStore, type RunInfo } from "../../../../plugins/runs/store/mod.ts"
import { leave, within } from "./support.ts"

const inMemory = <A, E>(use: (store: RunStoreService, files: Map<string, Uint8Array>) => Effect.Effect<A, E>) => {
  const { files, layer } = memoryStore()
  return Effect.runPromise(Effect.flatMap(RunStore, (store) => use(store, files)).pipe(Effect.provide(layer)))
}

const inputs = { theta: Float32Array.of(1, 2), tasks: ["a"], key: { entropy: [0], spawnKey: [] } }
const value = { policy: Float64Array.of(1, Number.NaN), curve: [[1, -0]] }

test("kept.find() gives what was kept for the same inputs, and nothing for others", () =>
  inMemory(({ kept }) =>
    Effect.gen(function* () {
      assert.deepEqual(yield* kept.find("truth/3", inputs), Option.none())
      yield* kept.put("truth/3", inputs, value)
      assert.deepEqual(yield* kept.find("truth/3", { ...inputs }), Option.some(value))
      assert.deepEqual(yield* kept.find("truth/3", { ...inputs, theta: Float32Array.of(1, 3) }), Option.none())
      assert.deepEqual(yield* kept.find("truth/4", inputs), Option.none())
      // One file a name, so that the folder does not grow with time.
      yield* kept.put("truth/3", { ...inputs, tasks: ["b"] }, 7)
      assert.deepEqual(yield* kept.find("truth/3", inputs), Option.none())
    })
  ))

test("kept.drop() forgets what is below a name, or everything, and leaves the artefacts", () =>
  inMemory((store, files) =>
    Effect.gen(function* () {
      yield* store.put("truth", "returns", { kind: "json", value: 1 })
      for (const name of ["group training", "group training/1", "truth/1"]) yield* store.kept.put(name, 0, 1)
      yield* store.kept.drop("group training/")
      const found = yield* Effect.forEach(["group training", "group training/1", "truth/1"], (n) =>
        store.kept.find(n, 0)
      )
      assert.deepEqual(found, [Option.some(1), Option.none(), Option.some(1)])
      yield* store.kept.drop("")
      assert.deepEqual(
        [...files.keys()].filter((p) => p.startsWith("kept")),
        []
      )
      assert.equal((yield* store.artefacts).length, 1)
    })
  ))

test("an artefact that is made again takes the place of the one before, and one that was left over goes", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a")
    const made = (value: unknown) =>
      within(path, "resume", (store) => store.put("grouping", "groups", { kind: "json", value }))
    await within(path, "new", leave)
    const [before] = readdirSync(join(path, "grouping"))
    const bytes = readFileSync(join(path, "grouping", before ?? ""))
    const put = await made({ k: 3 })
    const now = put._tag === "Success" ? put.success.path : assert.fail(String(put.failure))
    assert.deepEqual(readdirSync(join(path, "grouping")), [now.replace("grouping/", "")])
    // Stopped between the manifest and the removal, and with files of somebody's own beside.
    writeFileSync(join(path, "grouping", before ?? ""), bytes)
    writeFileSync(join(path, "grouping", "notes.csv"), "mine")
    await within(path, "resume", (store) => store.artefacts)
    assert.deepEqual(readdirSync(join(path, "grouping")).sort(), [now.replace("grouping/", ""), "notes.csv"].sort())
  }))

test("kept.find() fails with the file's name where any byte of it has changed, or some are missing", () =>
  inMemory(({ kept }, files) =>
    Effect.gen(function* () {
      yield* kept.put("meta-training/checkpoint", inputs, value)
      const path = "kept/meta-training/checkpoint.bin"
      const whole = files.get(path) ?? assert.fail("no file")
      const damaged = [
        whole.with(0, whole[0]! ^ 1),
        whole.with(whole.length - 1, whole.at(-1)! ^ 1),
        whole.subarray(0, whole.length / 2),
        new Uint8Array(0)
      ]
      for (const bytes of damaged) {
        files.set(path, bytes)
        const error = yield* Effect.flip(kept.find("meta-training/checkpoint", inputs))
        assert.equal(error.reason, "damaged")
        assert.match(
          error.message,
          /kept\/meta-training\/checkpoint\.bin: want what the run kept there, got other bytes/
        )
      }
    })
  ))

const info: RunInfo = {
  command: "pgex run",
  config: { seed: 0, workers: 2, preset: "quick", meta: { iterations: 6, target: "off" }, plugins: ["p.ts"] },
  seed: 0,
  versions: { "plugin p": "abc" },
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

const open = (path: string, mode: Mode, change: Partial<RunInfo> = {}) =>
  Effect.runPromise(Effect.void.pipe(Effect.provide(directoryStore(path, mode, { ...info, ...change })), Effect.result))

test("a run goes on where the network that it was begun with is named, and with no other", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a")
    const config = { seed: 0, network: { layers: 1, width: 8 } }
    assert.equal((await open(path, "new", { config }))._tag, "Success")
    const named = (network: object) => open(path, "resume", { config: { ...config, network } })
    assert.equal((await named({ ...config.network, id: "mlp", options: {} }))._tag, "Success")
    const refused = await named({ ...config.network, id: "film" })
    assert.match(refused._tag === "Failure" ? refused.failure.message : "", /want network\.id mlp, as .* got film;/)
  }))

test("a run goes on with its own settings and code only, and says which differ", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a")
    assert.equal((await open(path, "new"))._tag, "Success")
    const config = { seed: 0, meta: { iterations: 6, target: "off" }, plugins: ["p.ts"] }
    // What changes no number may differ.
    const free = await open(path, "resume", { config: { ...config, preset: "mine", workers: 1 } })
    assert.equal(free._tag, "Success")
    for (const [change, reason, sentence] of [
      [
        { config: { ...config, seed: 1, meta: { iterations: 8, target: "off" } } },
        "other-config",
        /want (seed 0, meta\.iterations 6|meta\.iterations 6, seed 0), as the run was begun with, got (1, 8|8, 1); leave .*--force/
      ],
      [{ config: { ...config, truth: 1 } }, "other-config", /want truth nothing, as the run was begun with, got 1;/],
      [
        { versions: { "plugin p": "abd" } },
        "other-version",
        /want plugin p as the run was begun with, got another one;/
      ],
      [{ versions: {} }, "other-version", /want plugin p as the run was begun with, got none;/]
    ] as const) {
      const refused = await open(path, "resume", { config, ...change })
      assert.equal(refused._tag === "Failure" && refused.failure.reason, reason)
      assert.match(refused._tag === "Failure" ? refused.failure.message : "", sentence)
    }
    writeFileSync(
      join(path, "run.json"),
      JSON.stringify({ ...info, format: 1, policygradex: "0.0.9", startedAt: "", versions: {} })
    )
    const older = await open(path, "resume")
    assert.match(
      older._tag === "Failure" ? older.failure.message : "",
      /want a run that policygradex \S+ began, got one of 0\.0\.9; go on with that version, or give --force/
    )
  }))

test("a run that was killed before it had begun begins, and what was cut short goes", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a")
    mkdirSync(path)
    for (const name of ["run.lock", "run.json.12.0.tmp"]) writeFileSync(join(path, name), "")
    assert.equal((await open(path, "resume"))._tag, "Success")
    mkdirSync(join(path, "kept"))
    writeFileSync(join(path, "kept", "truth.bin.12.3.tmp"), "half")
    assert.equal((await open(path, "resume"))._tag, "Success")
    assert.deepEqual(readdirSync(join(path, "kept")), [])
    assert.ok(existsSync(join(path, "run.json")))
    assert.equal((await open(path, "force"))._tag, "Success")
    assert.ok(!existsSync(join(path, "kept")))
  }))
