/** Power cuts and kills while a directory is taken and written to: after every single call that changes the disk. */
import assert from "node:assert/strict"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { Effect, Option } from "effect"
import { random, stream, zeroKey } from "../../../../core/random/mod.ts"
import { RunStore, type RunStoreService } from "../../../../core/service/run_store.ts"
import { disk } from "../../../../plugins/io/disk.ts"
import { directoryStore, type Mode, readRun } from "../../../../plugins/runs/store/mod.ts"
import { afterCut, emptyTree, fingerprint, lucks, recording, type Tree, write } from "../../../support/power_cut.ts"
import { inFolder, info, within } from "./support.ts"

const row = (step: number, value: number) => ({ stage: "meta-training", step, task: "a", metric: "m", value })

/** A run whose every number is `of`: rows, then a checkpoint that counts on them, twice; artefacts; the end. */
const pretend = (of: number) =>
  Effect.fnUntraced(function* (store: RunStoreService) {
    for (const step of [0, 1]) {
      yield* store.log([row(step, of)])
      yield* store.kept.put("meta-training/checkpoint", 0, { rows: step + 1, of })
    }
    yield* store.put("meta-training", "policy", { kind: "array", shape: [1], data: Float64Array.of(of) })
    yield* store.kept.put("meta-training", 0, { rows: 2, of })
    yield* store.kept.drop("meta-training/")
    yield* store.put("grouping", "groups", { kind: "json", value: { of } })
    yield* store.report(`<p>${of}</p>`)
    yield* store.summary({ of })
    yield* store.kept.drop("")
  })

const settings = (of: number) => ({ config: { of } })

/** What it does to the disk. */
const recorded = async (root: string, mode: Mode, of: number, before: Tree = emptyTree()) => {
  const watched = recording(disk, root, before)
  const store = directoryStore(join(root, "a"), mode, { ...info, ...settings(of) }, watched.disk)
  await Effect.runPromise(Effect.flatMap(RunStore, pretend(of)).pipe(Effect.provide(store)))
  return watched.calls
}

/** Every state that a cut after any of the calls may leave, by some kinds of luck; equal ones once. */
function* states(before: Tree, calls: Awaited<ReturnType<typeof recorded>>) {
  const source = stream(zeroKey)
  const seen = new Set<string>()
  for (let count = 0; count <= calls.length; count++)
    for (const [how, luck] of Object.entries(lucks(() => random(source)))) {
      const tree = afterCut(before, calls, count, luck)
      const print = fingerprint(tree)
      if (seen.has(print)) continue
      seen.add(print)
      yield { tree, at: `${how}, cut after ${count} of ${calls.length}: ${calls[count - 1]?.call}` }
    }
}

/** The rows of the log that are whole. */
const rowsIn = (path: string) =>
  existsSync(join(path, "events.jsonl"))
    ? readFileSync(join(path, "events.jsonl"), "utf8")
        .split("\n")
        .filter((line) => line.endsWith("}") && !line.includes("\0"))
        .map((line) => JSON.parse(line).value)
    : []

/** Goes on with the run of `of`; what it finds is of that run, whole, and no more than what the log has rows for. */
const goesOn = (path: string, of: number, at: string) =>
  within(
    path,
    "resume",
    Effect.fnUntraced(function* (store) {
      const rows = rowsIn(path)
      assert.ok(
        rows.every((value) => value === of),
        at
      )
      for (const name of ["meta-training/checkpoint", "meta-training"]) {
        const found = yield* store.kept.find(name, 0)
        if (Option.isNone(found)) continue
        const { rows: needed, of: whose } = Object.assign({ rows: 0, of: 0 }, found.value)
        assert.equal(whose, of, at)
        assert.ok(rows.length >= needed, `${at}: ${rows.length} rows for a checkpoint of ${needed}`)
      }
      for (const artefact of yield* store.artefacts) {
        const bytes = yield* store.bytes(artefact)
        const value = artefact.stage === "grouping" ? JSON.parse(new TextDecoder().decode(bytes)).of : bytes.at(-1)
        assert.equal(value, artefact.stage === "grouping" ? of : new Uint8Array(Float64Array.of(of).buffer).at(-1), at)
      }
      if (existsSync(join(path, "summary.json"))) {
        assert.equal(JSON.parse(readFileSync(join(path, "summary.json"), "utf8")).of, of, at)
        assert.equal((yield* store.artefacts).length, 2, at)
        assert.equal(rows.length, 2, at)
      }
      assert.deepEqual(store.notes, [], at)
    }),
    settings(of)
  )

test("whatever a power cut or a kill leaves of a run, it begins or goes on, and all that it finds is whole", () =>
  inFolder(async (folder) => {
    const calls = await recorded(join(folder), "new", 1)
    let count = 0
    for (const { tree, at } of states(emptyTree(), calls)) {
      const root = join(folder, String(count++))
      write(tree, root)
      const done = await goesOn(join(root, "a"), 1, at)
      assert.equal(done._tag, "Success", done._tag === "Failure" ? `${at}: ${done.failure.message}` : "")
      rmSync(root, { recursive: true })
    }
    assert.ok(count > 50, `${count} states`)
  }))

test("whatever a power cut or a kill leaves of --force, it is the earlier run as it was, or the new one without anything of it", () =>
  inFolder(async (folder) => {
    const first = await recorded(folder, "new", 1)
    const before = afterCut(emptyTree(), first, first.length, lucks(() => 0)["all that was done"]!)
    const calls = await recorded(folder, "force", 2, before)
    let count = 0
    let [old, new_] = [0, 0]
    for (const { tree, at } of states(before, calls)) {
      const root = join(folder, String(count++))
      const path = join(root, "a")
      write(tree, root)
      const { run } = await Effect.runPromise(readRun(path))
      const of = Object.assign({ of: 0 }, run.config).of
      const done = await goesOn(path, of, at)
      assert.equal(done._tag, "Success", done._tag === "Failure" ? `${at}: ${done.failure.message}` : "")
      if (of === 2) new_++
      else {
        old++
        const { store } = await Effect.runPromise(readRun(path))
        assert.equal((await Effect.runPromise(store.artefacts)).length, 2, at)
        assert.ok(existsSync(join(path, "summary.json")), at)
      }
      const forced = await within(path, "force", pretend(3), settings(3))
      assert.equal(forced._tag, "Success", at)
      assert.equal((await goesOn(path, 3, at))._tag, "Success", at)
      rmSync(root, { recursive: true })
    }
    assert.ok(old > 0 && new_ > 50, `${old} old, ${new_} new`)
  }))
