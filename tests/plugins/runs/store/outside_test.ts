import assert from "node:assert/strict"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import { isBelow } from "../../../../plugins/io/confined.ts"
import { diskFiles } from "../../../../plugins/runs/store/files.ts"
import { lockDirectory } from "../../../../plugins/runs/store/lock.ts"
import { readRun } from "../../../../plugins/runs/store/mod.ts"

const SECRET = "a file beside the run"

/** A run directory whose manifest lists one artefact at `path`, beside a file that is none of its business. */
const inRun = async (path: string, use: (run: string, folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-"))
  const run = join(folder, "run")
  try {
    mkdirSync(join(run, "first-order"), { recursive: true })
    writeFileSync(join(folder, "secret.csv"), SECRET)
    const about = {
      format: 1,
      policygradex: "0",
      startedAt: "",
      command: "",
      config: {},
      seed: 0,
      versions: {},
      machine: {}
    }
    writeFileSync(join(run, "run.json"), JSON.stringify(about))
    const row = { stage: "first-order", name: "table", path, sha256: "0".repeat(64), bytes: 1 }
    writeFileSync(join(run, "artefacts.json"), JSON.stringify([row]))
    await use(run, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const absolute = join(tmpdir(), "secret.csv")

for (const path of [
  "../secret.csv",
  "first-order/../../secret.csv",
  absolute,
  "..\\secret.csv",
  "C:\\secret.csv",
  "C:x",
  "",
  "a//b",
  "./a",
  "a/."
])
  test(`a manifest that lists ${JSON.stringify(path.replace(absolute, "/…/secret.csv"))} is refused as damaged`, () =>
    inRun(path, async (run) => {
      const error = await Effect.runPromise(Effect.flip(readRun(run)))
      assert.equal(error.reason, "damaged")
      assert.match(error.message, /artefacts\.json: want .*a path within the run directory/s)
    }))

test("an artefact that a link takes out of the run directory is refused as damaged, by name", () =>
  inRun("first-order/table.csv", async (run, folder) => {
    symlinkSync(join(folder, "secret.csv"), join(run, "first-order", "table.csv"))
    const { store } = await Effect.runPromise(readRun(run))
    const artefact = (await Effect.runPromise(store.find("first-order", "table"))) ?? assert.fail("no artefact")
    const error = await Effect.runPromise(Effect.flip(store.bytes(artefact)))
    assert.equal(error.reason, "damaged")
    assert.match(error.message, /run\/first-order\/table\.csv: want a path within the run directory, got .*secret\.csv/)
  }))

test("nothing is written, added to or removed through a link out of the run directory", () =>
  inRun("x", async (run, folder) => {
    rmSync(join(run, "first-order"), { recursive: true })
    symlinkSync(folder, join(run, "first-order"))
    symlinkSync(join(folder, "new.txt"), join(run, "events.jsonl"))
    const files = diskFiles(run)
    for (const act of [
      files.write("first-order/secret.csv", new Uint8Array(1)),
      files.append("first-order/secret.csv", "more"),
      files.append("events.jsonl", "more"),
      files.remove("first-order/secret.csv"),
      files.write("first-order/new/deep.csv", new Uint8Array(1))
    ])
      assert.equal((await Effect.runPromise(Effect.flip(act))).reason, "damaged")
    assert.equal(readFileSync(join(folder, "secret.csv"), "utf8"), SECRET)
    assert.ok(!existsSync(join(folder, "new")) && !existsSync(join(folder, "new.txt")))
  }))

test("a lock that is a link out of the run directory is refused, and nothing is made where it leads", () =>
  inRun("x", async (run, folder) => {
    symlinkSync(join(folder, "new.db"), join(run, "run.lock"))
    const error = await Effect.runPromise(Effect.scoped(Effect.flip(lockDirectory(run))))
    assert.equal(error.reason, "damaged")
    assert.ok(!existsSync(join(folder, "new.db")))
  }))

test("links within the run directory, and a run directory that is a link itself, are as good as what they lead to", () =>
  inRun("x", async (run, folder) => {
    symlinkSync("first-order", join(run, "kept"))
    symlinkSync(run, join(folder, "latest"))
    const files = diskFiles(join(folder, "latest"))
    await Effect.runPromise(files.write("kept/a.bin", Uint8Array.of(7)))
    assert.deepEqual([...readFileSync(join(run, "first-order", "a.bin"))], [7])
    assert.deepEqual([...(await Effect.runPromise(files.read("first-order/a.bin")))], [7])
  }))

test("a path that counts as below a folder never resolves to a place outside of it", () =>
  fc.assert(
    fc.property(fc.array(fc.constantFrom("..", ".", "a", "b", "", "c:", "\\")), (parts) => {
      const path = parts.join("/")
      const depth = parts.reduce((d, part) => (part === ".." ? d - 1 : part === "." || part === "" ? d : d + 1), 0)
      if (isBelow(path)) assert.ok(depth > 0 && join("/root", path).startsWith("/root/"))
    })
  ))
