/** A run that a power cut ends goes on to the same bytes and rows, wherever it comes and whatever it leaves. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { Effect } from "effect"
import { random, stream, zeroKey } from "../../../core/random/mod.ts"
import type { Disk } from "../../../plugins/io/disk.ts"
import type { Mode } from "../../../plugins/runs/store/mod.ts"
import { afterCut, emptyTree, fingerprint, lucks, recording, write } from "../../support/power_cut.ts"
import { filesIn, hasty, job, rows } from "./on_disk.ts"

const run = (directory: string, mode: Mode, on: Disk) => Effect.runPromise(job(directory, mode, on))

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

const { disk: watchedDisk, calls } = recording(hasty, folder)
const { receipts } = await run(join(folder, "r"), "new", watchedDisk)
const whole = { rows: rows(join(folder, "r")), files: filesIn(join(folder, "r")) }

const moments = 10
const source = stream(zeroKey)
for (const [how, luck] of Object.entries(lucks(() => random(source))))
  test(`a run goes on to the same bytes, files and rows from what a power cut at any of ${moments} moments leaves: ${how}`, async () => {
    assert.ok(whole.rows.length > 20)
    const seen = new Set<string>()
    for (let k = 1; k <= moments; k++) {
      const count = Math.round((k * calls.length) / moments)
      const tree = afterCut(emptyTree(), calls, count, luck)
      seen.add(fingerprint(tree))
      const root = join(folder, String(k))
      write(tree, root)
      const at = `cut after ${count} of ${calls.length} calls`
      const resumed = await run(join(root, "r"), "resume", hasty)
      assert.equal(resumed.receipts.digest, receipts.digest, at)
      assert.deepEqual(resumed.receipts.events, receipts.events, at)
      assert.deepEqual(rows(join(root, "r")), whole.rows, at)
      assert.deepEqual(filesIn(join(root, "r")), whole.files, at)
      rmSync(root, { recursive: true })
    }
    assert.ok(seen.size > 8, `${seen.size} states`)
  })
