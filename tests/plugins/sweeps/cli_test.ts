/** Experiments by the real command: killed and gone on with, held, failed. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { before, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { command, pgex } from "../../support/pgex.ts"
import { activities, assertEachOnce, assertSameExperiment, doHere, fragilePlugin, smallestSettings } from "./support.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

const two = { set: smallestSettings, over: { seed: [0], "grouping.k": [2, 3] } }
writeFileSync(at("two.json"), JSON.stringify(two))
const sweep = (...args: readonly string[]) => pgex(["sweep", ...args, "--quiet", "--json"])

before(() => doHere(two, { out: at("whole") }))

const rowsIn = (path: string): readonly string[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(line.indexOf('"stage"')))
    .sort()

test("an experiment that is interrupted twice, killed, and held by one process at a time, goes on to the bytes of one that was not", async () => {
  const out = at("killed")
  const log = ["--log", `jsonl=${at("logs")}`]
  for (const more of [1, 4]) {
    const [program, ...args] = command(["sweep", at("two.json"), "--out", out, "--quiet", ...log])
    const child = spawn(program!, args, { stdio: ["ignore", "ignore", "pipe"] })
    let said = ""
    child.stderr?.on("data", (text) => (said += text))
    const ended = once(child, "close")
    const until = activities(out).length + more
    while (!existsSync(join(out, "holder.json"))) await setTimeout(5)
    if (more === 1) {
      const { code, stdout, stderr } = sweep("--out", out)
      // Unless it was fast, and through before.
      if (child.exitCode === null) {
        assert.equal(code, 1)
        assert.equal(JSON.parse(stdout).error.reason, "locked")
        const who = `got one that process ${child.pid} on ${hostname()} is at work on since 2`
        assert.ok(stderr.includes(who), stderr)
        assert.match(stderr, /\(pgex sweep .*two\.json --out .*\); wait for it, or /)
      }
    }
    while (activities(out).length < until && child.exitCode === null) await setTimeout(5)
    if (more === 1) {
      const through = child.exitCode !== null
      child.kill("SIGINT")
      child.kill("SIGINT")
      const [code] = await ended
      if (through) continue
      assert.equal(code, 130)
      assert.match(said, /^pgex: stopped; go on with: .*pgex sweep --out .*killed --log jsonl=.*logs\n$/)
    } else {
      child.kill("SIGKILL")
      await ended
    }
  }
  const { code, stdout, stderr } = sweep("--out", out, ...log)
  assert.equal(code, 0, stderr)
  assert.deepEqual(
    JSON.parse(stdout).runs.map((r: { readonly name: string; readonly state: string }) => `${r.name} ${r.state}`),
    ["seed=0,k=2 finished", "seed=0,k=3 finished"]
  )
  assertEachOnce(out)
  assertSameExperiment(out, at("whole"))
  for (const run of ["seed=0,k=2", "seed=0,k=3"])
    assert.deepEqual(rowsIn(join(at("logs"), run, "metrics.jsonl")), rowsIn(join(out, "runs", run, "events.jsonl")))
})

test("a failed run is told on standard error, with what does it again; the exit code is 1", () => {
  writeFileSync(at("stuck"), "")
  const plugins = [fragilePlugin(at("fragile.ts"), at("stuck"))]
  const some = { set: { ...smallestSettings, "family.id": "fragile" }, over: { "grouping.k": [2] }, plugins }
  writeFileSync(at("some.json"), JSON.stringify(some))
  const { code, stdout, stderr } = pgex(["sweep", at("some.json"), "--out", at("some"), "--quiet"])
  assert.equal(code, 1)
  assert.match(stdout, /^k=2 {2}failed\n/)
  const again = /pgex: 1 of 1 runs failed: (?:npx )?pgex sweep --out .*some --trust --retry does them again\n$/
  assert.match(stderr, /^pgex: Run k=2 failed: .*the puck is stuck/m)
  assert.match(stderr, again)
})

test("what is refused is one sentence, and with --json one value", () => {
  const { code, stdout, stderr } = sweep(at("two.json"), "--out", at("x"), "--workers", "0")
  assert.equal(code, 1)
  assert.equal(stderr, "pgex: Cannot use --workers: want a whole number from 1 to 1024, got 0\n")
  assert.equal(JSON.parse(stdout).error._tag, "ArgumentError")
})
