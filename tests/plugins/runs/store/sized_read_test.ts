import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { Effect } from "effect"
import { diskFiles } from "../../../../plugins/runs/store/files.ts"
import { readRun } from "../../../../plugins/runs/store/mod.ts"
import { formatVersion } from "../../../../plugins/runs/store/run_file.ts"
import { LARGEST_JSON } from "../../../../plugins/runs/store/sized_read.ts"

const run = {
  format: formatVersion,
  policygradex: "0",
  startedAt: "",
  command: "",
  config: {},
  seed: 0,
  versions: {},
  machine: {}
}
const artefact = { stage: "grouping", name: "a", path: "grouping/a.json", sha256: "0".repeat(64), bytes: 100 }

/** A run directory, in which one file is then made something else. */
const inRun = async (use: (directory: string) => Promise<void>): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), "pgex-"))
  try {
    mkdirSync(join(directory, "grouping"))
    writeFileSync(join(directory, "run.json"), JSON.stringify(run))
    writeFileSync(join(directory, "artefacts.json"), JSON.stringify([artefact]))
    writeFileSync(join(directory, artefact.path), "x".repeat(100))
    await use(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const refusalOf = async <A>(effect: Effect.Effect<A, { readonly message: string }>): Promise<string> => {
  const result = await Effect.runPromise(Effect.result(effect))
  return result._tag === "Failure" ? result.failure.message : assert.fail("it was not refused")
}

/** Takes no room on the disk, and would in memory. */
const hollow = (path: string, bytes: number): void => {
  writeFileSync(path, "")
  truncateSync(path, bytes)
}

for (const name of ["run.json", "artefacts.json"]) {
  test(`${name} of a size that no run's has is refused and not read`, () =>
    inRun(async (directory) => {
      hollow(join(directory, name), LARGEST_JSON + 1)
      assert.match(await refusalOf(readRun(directory)), /^Cannot use .*: want at most 67108864 bytes, got 67108865/)
    }))

  test(`a pipe in the place of ${name} is refused, and nobody waits for it`, () =>
    inRun(async (directory) => {
      unlinkSync(join(directory, name))
      execFileSync("mkfifo", [join(directory, name)])
      assert.match(await refusalOf(readRun(directory)), /^Cannot use .*: want a file, got a pipe or a device/)
    }))
}

test("an artefact that has grown is refused by its size and how to have it again is said", () =>
  inRun(async (directory) => {
    hollow(join(directory, artefact.path), 2 ** 40)
    const read = Effect.flatMap(readRun(directory), ({ store }) => store.bytes(artefact))
    assert.match(await refusalOf(read), /want at most 100 bytes, got 1099511627776; it was changed after the run: pgex/)
  }))

test("a file of more bytes than can be read at once is refused, whatever it is for", () =>
  inRun(async (directory) => {
    hollow(join(directory, "events.jsonl"), 2 ** 40)
    assert.match(await refusalOf(diskFiles(directory).read("events.jsonl")), /at most 2147483647 bytes/)
  }))

test("a device that a link in a run directory leads to is refused", () =>
  inRun(async (directory) => {
    unlinkSync(join(directory, "run.json"))
    symlinkSync("/dev/zero", join(directory, "run.json"))
    assert.match(await refusalOf(readRun(directory)), /want a path within the run directory, got \/dev\/zero/)
  }))
