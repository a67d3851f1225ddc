/** Experiments by the real command: done once, gone on with, failed in part, refused. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { command, pgex } from "../../support/pgex.ts"
import { activities, assertEachOnce, assertSameExperiment, smallestSettings } from "./support.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const file = (name: string, value: unknown): string => {
  writeFileSync(at(name), typeof value === "string" ? value : JSON.stringify(value))
  return at(name)
}

const four = file("four.json", {
  preset: "quick",
  set: smallestSettings,
  over: { seed: [0, 1], "grouping.k": [2, 3] }
})

interface Told {
  readonly runs: readonly { readonly name: string; readonly state: string; readonly error?: string }[]
}
const toldBy = (stdout: string): Told => JSON.parse(stdout)
const sweep = (...args: readonly string[]) => pgex(["sweep", ...args, "--quiet", "--json"])

const digestOf = (run: string): string => JSON.parse(readFileSync(join(run, "summary.json"), "utf8")).receipts.digest

const whole = sweep(four, "--out", at("whole"))

test("four runs are done, each in a directory of its own, and what they have alike once", () => {
  assert.equal(whole.code, 0, whole.stderr)
  const names = ["seed=0,k=2", "seed=0,k=3", "seed=1,k=2", "seed=1,k=3"]
  assert.deepEqual(
    toldBy(whole.stdout).runs.map((r) => [r.name, r.state]),
    names.map((name) => [name, "finished"])
  )
  assertEachOnce(at("whole"))
  // Of each seed: one meta-training, two of the truth; the rows of the comparison differ by k alone.
  const alone = file("alone.json", { set: smallestSettings, over: { seed: [0], "grouping.k": [2] } })
  assert.equal(sweep(alone, "--out", at("alone")).code, 0)
  const [all, one] = [activities(at("whole")).length, activities(at("alone")).length]
  assert.ok(all < 4 * one, `${all} activities of four runs, ${one} of one`)
  assert.ok(!existsSync(at("whole/work")))
})

test("a run of an experiment leaves the bytes that it leaves alone, and can be used as one", () => {
  const run = at("whole/runs/seed=1,k=3")
  const { code, stderr } = pgex(["run", join(run, "run.json"), "--out", at("single"), "--quiet"])
  assert.equal(code, 0, stderr)
  assert.equal(digestOf(at("single")), digestOf(run))
  assert.equal(pgex(["evaluate", run, "--episodes", "2", "--session", "wasm", "--json"]).code, 0)
})

test("an experiment that is finished computes nothing more, with its file or without", () => {
  const before = activities(at("whole")).length
  for (const args of [[four, "--out", at("whole")], ["--out", at("whole")], ["--out", at("whole"), "--retry"]]) {
    const again = sweep(...args)
    assert.equal(again.code, 0, again.stderr)
    assert.deepEqual(toldBy(again.stdout), toldBy(whole.stdout))
  }
  assert.equal(activities(at("whole")).length, before)
})

test("an experiment can be given more runs", () => {
  const more = file("more.json", { preset: "quick", set: smallestSettings, over: { seed: [0, 1, 2], "grouping.k": [2] } })
  const first = file("first.json", { preset: "quick", set: smallestSettings, over: { seed: [0], "grouping.k": [2] } })
  assert.equal(sweep(first, "--out", at("grown")).code, 0)
  const before = activities(at("grown")).length
  const { code, stdout, stderr } = sweep(more, "--out", at("grown"))
  assert.equal(code, 0, stderr)
  assert.equal(toldBy(stdout).runs.length, 3)
  assert.ok(activities(at("grown")).length > 2 * before)
  assertEachOnce(at("grown"))
})

for (const [i, kills] of [
  [1, [1, 4]],
  [2, [2, 3]]
] as const)
  test(`an experiment that is killed after ${kills.join(" and ")} more activities goes on to the same bytes`, async () => {
    const out = at(`killed-${i}`)
    for (const more of kills) {
      const [program, ...args] = command(["sweep", four, "--out", out, "--quiet"])
      const child = spawn(program!, args, { stdio: "ignore" })
      const ended = once(child, "exit")
      const until = activities(out).length + more
      while (activities(out).length < until && child.exitCode === null) await setTimeout(5)
      child.kill("SIGKILL")
      await ended
    }
    const { code, stderr } = sweep("--out", out)
    assert.equal(code, 0, stderr)
    assertEachOnce(out)
    assertSameExperiment(out, at("whole"))
  })

test("a run that fails does not stop the others, is told with its cause, and alone is done again", () => {
  const some = file("some.json", {
    set: smallestSettings,
    over: { seed: [0], "algorithm.ppo.learningRate": [0.001, 1e30, 0.002] }
  })
  const { code, stdout, stderr } = sweep(some, "--out", at("some"))
  assert.equal(code, 1)
  const { runs } = toldBy(stdout)
  assert.deepEqual(
    runs.map((r) => r.state),
    ["finished", "failed", "finished"]
  )
  assert.match(runs[1]?.error ?? "", /Cannot .*train.*: want .*, got /)
  assert.match(stderr, /pgex: Run seed=0,learningRate=1e\+30 failed: Cannot .*\n/)
  assert.match(stderr, /1 of 3 runs failed: .*sweep --out .* --retry does them again\n$/)
  const before = activities(at("some")).length
  const again = sweep("--out", at("some"))
  assert.equal(again.code, 1)
  assert.deepEqual(toldBy(again.stdout), toldBy(stdout))
  assert.equal(activities(at("some")).length, before)
  assert.equal(sweep("--out", at("some"), "--retry").code, 1)
})

test("a second process on one experiment is told who holds it", async () => {
  const out = at("held")
  const [program, ...args] = command(["sweep", four, "--out", out, "--quiet"])
  const child = spawn(program!, args, { stdio: "ignore" })
  try {
    while (!existsSync(join(out, "holder.json"))) await setTimeout(10)
    const { code, stdout, stderr } = sweep(four, "--out", out)
    assert.equal(code, 1)
    assert.equal(JSON.parse(stdout).error.reason, "locked")
    const who = `one that process ${child.pid} on ${hostname()} is at work on since 2`
    assert.ok(stderr.includes(who), stderr)
    assert.match(stderr, /\(pgex sweep .*four\.json --out .*\)/)
  } finally {
    child.kill("SIGKILL")
    await once(child, "exit")
  }
  assert.ok(existsSync(join(out, "holder.json")))
})

mkdirSync(at("other"))
writeFileSync(at("other/mine.txt"), "mine")
const bomb = file("bomb.json", "[".repeat(200_000))
const others = file("others.json", { preset: "quick", set: { ...smallestSettings, "meta.iterations": 4 }, over: { seed: [0], "grouping.k": [2] } })
const wrong = file("wrong.json", { preset: "quick", set: { "family.n": 4 }, over: { "grouping.k": [2, 5] } })

for (const [what, args, sentence] of [
  ["a folder of something else", [four, "--out", at("other")], /want an unused folder, or an experiment's, got one with other files/],
  ["the folder of a run", [four, "--out", at("whole/runs/seed=0,k=2")], /got the folder of a single run; choose another folder/],
  ["a file in the folder's place", [four, "--out", four], /four\.json: want a folder that can be (used|written), got /],
  ["another experiment's folder", [others, "--out", at("whole")], /want meta\.iterations 3 in run seed=0,k=2, as the experiment was begun with, got 4 from .*others\.json/],
  ["no folder and no file", ["--out", at("nothing")], /want an experiment of many runs, got no such folder/],
  ["a file that is not there", [at("none.json"), "--out", at("x")], /Cannot read .*none\.json: .*no such file/],
  ["a file of another kind", [at("a.yaml"), "--out", at("x")], /Cannot read .*a\.yaml: want an experiment in \.ts, \.js or \.json, got \.yaml/],
  ["JSON a hundred thousand lists deep", [bomb, "--out", at("x")], /Cannot read .*bomb\.json: want JSON, got lists or objects nested more than 100 deep/],
  ["a run that no stage could do", [wrong, "--out", at("x")], /grouping\.k .*at most the 4 tasks of family\.n, got 5/],
  ["no threads", [four, "--out", at("x"), "--workers", "0"], /Cannot use --workers: want a whole number from 1 to 1024, got 0/]
] as const)
  test(`${what} is refused in one sentence, and nothing is made`, () => {
    const { code, stdout, stderr } = sweep(...args)
    assert.equal(code, 1)
    assert.match(stderr, sentence)
    assert.equal(stderr.trim().split("\n").length, 1, stderr)
    assert.equal(typeof JSON.parse(stdout).error._tag, "string")
    assert.ok(!existsSync(at("x")))
  })

test("an experiment in TypeScript is the same as in JSON", () => {
  const text = `export default ${readFileSync(four, "utf8")}\n`
  const { code, stdout, stderr } = sweep(file("four.ts", text), "--out", at("whole"))
  assert.equal(code, 0, stderr)
  assert.deepEqual(toldBy(stdout), toldBy(whole.stdout))
})
