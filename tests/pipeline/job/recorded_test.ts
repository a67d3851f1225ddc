/** What a run keeps of the episodes of an environment that is bodies in space, and draws again. */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { gunzipSync } from "node:zlib"
import { Effect } from "effect"
import { readNpy } from "../../../plugins/io/matrix/mod.ts"
import { library } from "../../../plugins/runs/report/player/library.ts"
import { without } from "../../plugins/mujoco/support.ts"
import { pgex } from "../../support/pgex.ts"
import { right } from "../../support/right.ts"
import { config, hasty, jobOf } from "./on_disk.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-recorded-"))
after(() => rmSync(folder, { recursive: true }))

test("a run of half-cheetahs keeps the states of the episodes that its report plays, and replay draws them", {
  skip: without("3.14.0")
}, async () => {
  const run = join(folder, "run")
  const cheetahs = { ...config, family: { id: "halfcheetah-direction", n: 2, options: {} } }
  await Effect.runPromise(jobOf(cheetahs, run, "new", hasty))
  const kept = readdirSync(join(run, "recordings")).sort()
  assert.match(kept.join(" "), /^states-task-1\.[0-9a-f]{12}\.npy states-task-2\.[0-9a-f]{12}\.npy$/)
  const path = join(run, "recordings", kept[1]!)
  // 9 positions, 9 velocities and the solver's start; HalfCheetah never falls, so that all steps are there.
  assert.deepEqual(right(readNpy(readFileSync(path), path)).shape, [1001, 27])
  const report = readFileSync(join(run, "report.html"), "utf8")
  assert.equal(report.match(/<img src="data:image\/svg/g)?.length, 8)
  const [, content = ""] = /data-part="content">([^<]*)/.exec(report) ?? []
  const told = content === "" ? "" : gunzipSync(Buffer.from(content, "base64")).toString("latin1")
  // Both tasks under their own policies and under θ★, at the least.
  if (library() !== undefined) assert.ok((told.match(/"own":/g)?.length ?? 0) >= 4)
  const summary: unknown = JSON.parse(readFileSync(join(run, "summary.json"), "utf8"))
  assert.ok(!JSON.stringify(summary).includes('"poses"'))
  const picture = join(folder, "last.png")
  const params = JSON.stringify({ forward_reward_weight: -1 })
  const args = ["replay", "--env", "HalfCheetah-v5", "--params", params, "--recorded", path, "--picture", picture]
  const { code, stdout, stderr } = pgex(args)
  assert.equal(code, 0, stderr)
  assert.equal(stdout.trim().split("\n").length, 1001)
  assert.equal(readFileSync(picture).toString("latin1", 1, 4), "PNG")
})
