/** The launcher killed without warning: bun, which it started, must not go on alone. */
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { tiny } from "../../pipeline/job/support.ts"

const node = spawnSync("node", ["--version"]).status === 0
const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

const bin = (name: string): string => fileURLToPath(new URL(`../../../bin/${name}`, import.meta.url))

/** Starts what would go on for hours, kills its launcher once `begun` says so, and waits for its standard error's end. */
const orphaned = async (args: readonly string[], begun: () => boolean): Promise<void> => {
  const launcher = spawn("node", args, { stdio: ["ignore", "ignore", "pipe"] })
  // The pipe ends with the last process that holds it: bun, its threads, and what they started.
  const ended = once(launcher.stderr.resume(), "end")
  while (!begun()) {
    assert.equal(launcher.exitCode, null, "ended by itself")
    await setTimeout(20)
  }
  launcher.kill("SIGKILL")
  await ended
}

for (const workers of [1, 2])
  test(`a run whose launcher is killed ends with it, on ${workers} worker threads`, { skip: !node }, async () => {
    const file = join(folder, "long.json")
    writeFileSync(
      file,
      JSON.stringify({ ...tiny, preset: "quick", workers, meta: { ...tiny.meta, iterations: 1_000_000 } })
    )
    const out = join(folder, `run-${workers}`)
    await orphaned([bin("pgex.js"), "run", file, "--out", out], () => existsSync(join(out, "events.jsonl")))
  })

test("what bun itself started ends with the launcher too", { skip: !node }, async () => {
  const [script, begun] = [join(folder, "long.js"), join(folder, "begun")]
  const child = `require("node:fs").writeFileSync(${JSON.stringify(begun)}, ""); setInterval(() => {}, 1000)`
  const text = `require("node:child_process").spawnSync("node", ["-e", ${JSON.stringify(child)}], { stdio: "inherit" })`
  writeFileSync(script, text)
  await orphaned([bin("bun.js"), script], () => existsSync(begun))
})
