import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { Effect } from "effect"
import { leavingTrail, trailFile } from "../../../plugins/runs/trail.ts"
import { inFolder } from "./store/support.ts"

const quiet = { report: () => Effect.void, say: () => Effect.void }

const left = (folder: string) =>
  Effect.runPromise(
    Effect.flatMap(leavingTrail(folder, quiet), ({ ended }) => ended({ end: "finished", words: "done" }))
  )

test("a run leaves its beginning and its end in progress.jsonl", () =>
  inFolder(async (folder) => {
    await left(folder)
    const lines = readFileSync(join(folder, trailFile), "utf8").trimEnd().split("\n")
    assert.deepEqual(
      lines.map((line) => Object.keys(JSON.parse(line))[1]),
      ["begin", "end"]
    )
  }))

test("a pipe in the place of progress.jsonl gets nothing, and the run does not wait for whoever reads it", () =>
  inFolder(async (folder) => {
    const pipe = join(folder, trailFile)
    execFileSync("mkfifo", [pipe])
    // With a reader nothing would wait, and what were written would come here.
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK)
    await left(folder)
    assert.equal(readSync(reader, Buffer.alloc(100)), 0)
    closeSync(reader)
  }))
