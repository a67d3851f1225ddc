/** Experiments, done in this process: each piece of work once, failures told, folders held. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { before, test } from "node:test"
import { Effect } from "effect"
import { mainJob } from "../../../pipeline/mod.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { silentProgress } from "../../../plugins/runs/progress.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { decodeSweep, sweepRuns } from "../../../plugins/sweeps/sweep.ts"
import { right } from "../../support/right.ts"
import { activities, assertEachOnce, digestOf, doHere, fragilePlugin, smallestSettings } from "./support.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

const two = { set: smallestSettings, over: { seed: [0], "grouping.k": [2, 3] } }
const states = (runs: readonly { readonly state: string }[]) => runs.map((r) => r.state)

before(async () => {
  const said: string[] = []
  const { runs } = await doHere(two, { out: at("two"), said })
  assert.deepEqual(
    runs.map((r) => [r.name, r.state]),
    [
      ["seed=0,k=2", "finished"],
      ["seed=0,k=3", "finished"]
    ]
  )
  assert.deepEqual(said, [])
})

test("a run of an experiment leaves the bytes that it leaves alone", async () => {
  const [, run] = right(sweepRuns(right(decodeSweep(two, "FILE")), "FILE"))
  const job = runJob(mainJob(catalog), { config: run!.config, command: "pgex run" })
  const { receipts } = await Effect.runPromise(
    job.pipe(Effect.provide(memoryStore().layer), Effect.provide(silentProgress))
  )
  assert.equal(digestOf(at("two/runs/seed=0,k=3")), receipts.digest)
  assert.ok(!existsSync(at("two/work")))
})

test("what runs have alike is done once: two that differ in their groups share all trainings but the groups'", () => {
  assertEachOnce(at("two"))
  const rows = (k: number): number =>
    JSON.parse(readFileSync(at(`two/runs/seed=0,k=${k}/summary.json`), "utf8")).comparison.length
  // One of the meta-policy, two of the truth, and each group of any row at most once.
  const all = activities(at("two")).length
  assert.ok(rows(2) > 3 && all < 30, `${all}`)
  const singles = 4
  assert.ok(all < 2 * (3 + singles + 1 + rows(2)), `${all}`)
})

test("more runs can be added, what is finished computes nothing more, and what a kill cut short is gone", async () => {
  const before = activities(at("two")).length
  // As a kill leaves them that came while a file was written.
  const cut = ["summary.json.7.0af1b2c3.tmp", "holder.json.7.0af1b2c4.tmp"].map((name) => at(`two/${name}`))
  for (const path of cut) writeFileSync(path, "{")
  const again = await doHere(two, { out: at("two"), retry: true })
  assert.deepEqual(states(again.runs), ["finished", "finished"])
  assert.equal(activities(at("two")).length, before)
  assert.deepEqual(cut.filter(existsSync), [])
  const more = { ...two, over: { seed: [0, 1], "grouping.k": [2] } }
  const { runs } = await doHere(more, { out: at("two") })
  assert.deepEqual(
    runs.map((r) => r.name),
    ["seed=0,k=2", "seed=1,k=2"]
  )
  assert.ok(activities(at("two")).length > before)
  assertEachOnce(at("two"))
})

test("a run that fails does not stop the others, is told with its cause, and is done again when it is asked for", async () => {
  const stuck = at("stuck")
  const { "family.id": _, ...set } = { ...smallestSettings, "grouping.k": 2 }
  const some = {
    set,
    over: { seed: [0], "family.id": ["lq-planted", "fragile"] },
    plugins: [fragilePlugin(at("fragile.ts"), stuck)]
  }
  writeFileSync(stuck, "")
  const first = await doHere(some, { out: at("some") })
  assert.deepEqual(states(first.runs), ["finished", "failed"])
  assert.match(first.runs[1]?.error ?? "", /the puck is stuck/)
  const done = activities(at("some")).length
  rmSync(stuck)
  // It is remembered: mended or not, it is not tried again by itself.
  const again = await doHere(some, { out: at("some") })
  assert.deepEqual(again, first)
  assert.equal(activities(at("some")).length, done)
  const retried = await doHere(some, { out: at("some"), retry: true })
  assert.deepEqual(states(retried.runs), ["finished", "finished"])
  assertEachOnce(at("some"))
  assert.ok(!existsSync(at("some/work")))
})

const mounted = (options: string): boolean =>
  spawnSync("mount", ["-t", "tmpfs", "-o", options, "none", at("disk")]).status === 0
mkdirSync(at("disk"))
const canMount = mounted("size=64k")
if (canMount) spawnSync("umount", [at("disk")])

for (const room of ["150k", "400k"])
  test(`a disk of ${room} that is full ends the experiment with its reason, and with more room it goes on`, {
    skip: !canMount && "no mounts here"
  }, async () => {
    assert.ok(mounted(`size=${room}`))
    try {
      const exit = await doHere(two, { out: at("disk/x") }).then(
        ({ runs }) => runs.map((r) => r.error ?? "").join(),
        (e: Error) => e.message
      )
      assert.match(exit, /got (?:a full disk|database or disk is full); make room, then go on/)
      assert.equal(spawnSync("mount", ["-o", "remount,size=64m", at("disk")]).status, 0)
      assert.deepEqual(states((await doHere(two, { out: at("disk/x") })).runs), ["finished", "finished"])
      assertEachOnce(at("disk/x"))
      for (const run of ["seed=0,k=2", "seed=0,k=3"])
        assert.equal(digestOf(at(`disk/x/runs/${run}`)), digestOf(at(`two/runs/${run}`)))
    } finally {
      spawnSync("umount", [at("disk")])
    }
  })

test("a folder on a disk that is read-only is refused, unused or begun, with what the system says", {
  skip: !canMount && "no mounts here"
}, async () => {
  assert.ok(mounted("size=1m"))
  try {
    mkdirSync(at("disk/begun"))
    cpSync(at("two/sweep.json"), at("disk/begun/sweep.json"))
    assert.equal(spawnSync("mount", ["-o", "remount,ro", at("disk")]).status, 0)
    for (const out of ["disk/new", "disk/begun"])
      await assert.rejects(doHere(two, { out: at(out) }), (e: Error) =>
        /want a folder that can be written, got a read-only file system; choose another/.test(e.message)
      )
  } finally {
    spawnSync("umount", [at("disk")])
  }
})

test("a clock that jumps by days, back and forth, changes nothing but the times that are told", async () => {
  const now = Date.now
  let asked = 0
  Date.now = () => now() + [0, 86_400_000, -86_400_000][asked++ % 3]!
  try {
    const one = { ...two, over: { seed: [0], "grouping.k": [2] } }
    assert.deepEqual(states((await doHere(one, { out: at("jumped") })).runs), ["finished"])
  } finally {
    Date.now = now
  }
  assert.equal(digestOf(at("jumped/runs/seed=0,k=2")), digestOf(at("two/runs/seed=0,k=2")))
  assertEachOnce(at("jumped"))
})

mkdirSync(at("other"))
writeFileSync(at("other/mine.txt"), "mine")
writeFileSync(at("bomb.json"), "[".repeat(200_000))
writeFileSync(at("text.json"), "seed: 1")
writeFileSync(at("none.ts"), "export const mine = 1\n")
writeFileSync(at("list.ts"), "export default [1]\n")
const wrong = { set: { "family.n": 4, "surrogate.subsetSize": 2 }, over: { "grouping.k": [2, 5] } }
const unknown = { over: { seed: [1], "algorithm.id": ["ppo", "ppoo"] } }
const changed = { ...two, set: { ...smallestSettings, "meta.iterations": 4 } }

for (const [what, file, out, sentence] of [
  [
    "a folder of something else",
    two,
    "other",
    /other: want an unused folder, or an experiment's, got one with other files; /
  ],
  [
    "the folder of a run",
    two,
    "two/runs/seed=0,k=2",
    /got the folder of a single run; choose another folder with --out/
  ],
  ["a file in the folder's place", two, "bomb.json", /bomb\.json: want a folder that can be (?:used|written), got /],
  [
    "another experiment's folder",
    changed,
    "two",
    /want meta\.iterations 3 in run seed=0,k=2, as .* begun with, got 4 from FILE/
  ],
  ["a file that is not there", at("no.json"), "x", /Cannot read .*no\.json: .*no such file/],
  [
    "a file of another kind",
    at("a.yaml"),
    "x",
    /Cannot read .*a\.yaml: want an experiment in \.ts, \.js or \.json, got \.yaml/
  ],
  [
    "JSON a hundred thousand lists deep",
    at("bomb.json"),
    "x",
    /bomb\.json: want JSON, got .* nested more than 100 deep/
  ],
  ["what is no JSON", at("text.json"), "x", /Cannot read .*text\.json: want JSON, got /],
  ["a module without a default export", at("none.ts"), "x", /none\.ts.*default export/],
  [
    "a module that exports something else",
    at("list.ts"),
    "x",
    /list\.ts: want an object with preset, set and over, got \[1\]/
  ],
  ["a run that no stage could do", wrong, "x", /grouping\.k .*at most the 4 tasks of family\.n, got 5/],
  ["a run by a learner that there is none of", unknown, "x", /in run seed=1,id=ppoo: want .*did you mean ppo\?/]
] as const)
  test(`${what} is refused, and nothing is made`, async () => {
    const there = existsSync(at(out))
    await assert.rejects(doHere(file, { out: at(out) }), (e: Error) => {
      assert.match(e.message, sentence)
      return true
    })
    assert.equal(existsSync(at(out)), there)
  })
