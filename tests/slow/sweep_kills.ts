/** Experiments that are killed at twenty moments drawn at random, in real processes: some ten minutes of one core. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { before, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { key, random, stream } from "../../core/random/mod.ts"
import { activities, assertEachOnce, assertSameExperiment, smallestSettings } from "../plugins/sweeps/support.ts"
import { command, pgex } from "../support/pgex.ts"
import { right } from "../support/right.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

/** Four runs as the quick preset's, but for their sizes. */
const set = {
  ...smallestSettings,
  "family.id": "cartpole-mirrored",
  "family.n": 4,
  "surrogate.subsetSize": 3,
  "truth.subsets": 4,
  "groupTraining.seeds": 2
}
writeFileSync(at("four.json"), JSON.stringify({ preset: "quick", set, over: { seed: [0, 1], "grouping.k": [2, 3] } }))
const sweep = ["sweep", at("four.json"), "--quiet", "--out"]

before(() => assert.equal(pgex([...sweep, at("whole")]).code, 0))

const KILLS = 20
const draws = stream(right(key(7)))

for (let i = 0; i < KILLS; i++) {
  const [part, milliseconds] = [random(draws), random(draws)]
  test(`killed ${Math.round(300 * milliseconds)} ms after ${Math.round(100 * part)}% of its activities, an experiment goes on to the same bytes, nothing twice`, async () => {
    const out = at(`killed-${i}`)
    const [program, ...args] = command([...sweep, out])
    const child = spawn(program!, args, { stdio: "ignore" })
    const ended = once(child, "exit")
    const until = Math.floor(part * activities(at("whole")).length)
    while (!(existsSync(join(out, "holder.json")) && activities(out).length >= until) && child.exitCode === null)
      await setTimeout(2)
    await setTimeout(300 * milliseconds)
    child.kill("SIGKILL")
    await ended
    const { code, stderr } = pgex([...sweep, out])
    assert.equal(code, 0, stderr)
    assertEachOnce(out)
    assertSameExperiment(out, at("whole"))
    rmSync(out, { recursive: true })
  })
}
