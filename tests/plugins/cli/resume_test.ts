/** The real command, killed without warning and started again. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { smallest } from "../../pipeline/job/support.ts"
import { command, pgex } from "../../support/pgex.ts"
import { noTensorboard, scalarsIn } from "../loggers/support.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

const file = join(folder, "smallest.json")
writeFileSync(file, JSON.stringify({ ...smallest, preset: "quick", meta: { ...smallest.meta, iterations: 10 } }))
const often = { PGEX_CHECKPOINT_SECONDS: "0" }

const logs = ["jsonl", "csv", `tensorboard=${join(folder, "tensorboard")}`].flatMap((l) => ["--log", l])
const argumentsFor = (name: string) => ["run", file, "--out", join(folder, name), "--quiet", "--json", ...logs]

interface Summary {
  readonly headline: string
  readonly directory: string
  readonly receipts: { readonly digest: string; readonly artefacts: readonly unknown[] }
}

const summaryOf = (stdout: string): Summary => JSON.parse(stdout)

/** Starts the run, or goes on with it, and ends it by `signal` once it has logged so many rows; whether it was still running. */
const killed = async (name: string, signal: "SIGKILL" | "SIGINT", after: number): Promise<boolean> => {
  const [program, ...args] = command([...argumentsFor(name), "--resume"])
  const child = spawn(program!, args, { env: { ...process.env, ...often }, stdio: "ignore" })
  const ended = once(child, "exit")
  while (logged(name) < after && child.exitCode === null) await setTimeout(5)
  child.kill(signal)
  const [code] = await ended
  return code !== 0
}

/** Rows of a run's log so far. */
const logged = (name: string): number => {
  const log = join(folder, name, "events.jsonl")
  return existsSync(log) ? readFileSync(log, "utf8").split("\n").length - 1 : 0
}

const { receipts } = summaryOf(pgex(argumentsFor("whole")).stdout)

const rows = (name: string, log = "events.jsonl") =>
  readFileSync(join(folder, name, log), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { time: _, run: __, ...row } = JSON.parse(line)
      return row
    })

const lines = (name: string, log: string): number => readFileSync(join(folder, name, log), "utf8").split("\n").length

for (const signal of ["SIGKILL", "SIGINT"] as const)
  test(`a run that gets ${signal} again and again, and goes on each time, leaves what one without leaves`, async () => {
    const kills: boolean[] = []
    for (const part of [0.2, 0.5, 0.8]) kills.push(await killed(signal, signal, part * logged("whole")))
    assert.ok(kills.includes(true))
    const { code, stdout, stderr } = pgex([
      "run",
      "--resume",
      "--out",
      join(folder, signal),
      "--quiet",
      "--json",
      ...logs
    ])
    assert.equal(code, 0, stderr)
    assert.equal(summaryOf(stdout).receipts.digest, receipts.digest)
    assert.deepEqual(rows(signal), rows("whole"))
    // Trainings are logged as they end, which is in any order.
    const texts = (all: readonly unknown[]) => all.map((row) => JSON.stringify(row)).sort()
    assert.deepEqual(texts(rows(signal, "logs/metrics.jsonl")), texts(rows("whole")))
    assert.equal(lines(signal, "logs/metrics.csv"), lines("whole", "logs/metrics.csv"))
    if (noTensorboard === false) {
      const [found, want] = scalarsIn(...[signal, "whole"].map((name) => join(folder, "tensorboard", name)))
      assert.deepEqual(found, want)
      assert.equal(found?.length, rows("whole").length)
    }
    assert.ok(!existsSync(join(folder, signal, "kept")))
    const left = readdirSync(join(folder, signal), { recursive: true, encoding: "utf8" })
    assert.deepEqual(left.sort(), readdirSync(join(folder, "whole"), { recursive: true, encoding: "utf8" }).sort())
  })

test("a finished run that is resumed says so, and computes nothing", () => {
  const { code, stdout, stderr } = pgex(["run", "--resume", "--out", join(folder, "whole")])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /4 tasks .*\n\nfinished before: .*whole\/report\.html; --force runs it anew\n$/s)
  assert.equal(stderr, "")
  const json = summaryOf(pgex(["run", "--resume", "--out", join(folder, "whole"), "--json"]).stdout)
  assert.equal(json.receipts.digest, receipts.digest)
})

test("a run that is being written is not resumed", async () => {
  const [program, ...args] = command(argumentsFor("locked"))
  const child = spawn(program!, args, { stdio: "ignore" })
  try {
    while (!existsSync(join(folder, "locked", "run.json"))) await setTimeout(20)
    const { code, stdout, stderr } = pgex(["run", "--resume", "--out", join(folder, "locked"), "--json"])
    assert.equal(code, 1)
    assert.match(stderr, /want a run that no process writes, got one that another process is writing; wait for it/)
    assert.equal(JSON.parse(stdout).error.reason, "locked")
  } finally {
    child.kill("SIGKILL")
    await once(child, "exit")
  }
})

writeFileSync(join(folder, "mine.txt"), "mine")
for (const [args, sentence] of [
  [["--out", join(folder, "none")], /none: want a run directory, got no such folder; .*/],
  [["--out", folder], /want a run directory, got a folder without a readable run\.json/],
  [["quick", "--out", folder], /want a run directory, got a folder without a readable run\.json/],
  [[], /Cannot use --resume: want --out DIR with it, got no --out/],
  [
    ["--out", join(folder, "whole"), "--set", "meta.iterations=11", "--seed", "1"],
    /want meta\.iterations 10, seed 0, as the run was begun with, got 11, 1; leave the settings out to go on/
  ],
  [["quick", "--out", join(folder, "whole")], /want .*family\.id lq-planted.*, as the run was begun with, got/]
] as const)
  test(`pgex run --resume ${args.map((a) => a.replace(folder, "FOLDER")).join(" ")} is refused in one sentence`, () => {
    const { code, stdout, stderr } = pgex(["run", "--resume", ...args, "--json"])
    assert.equal(code, 1)
    assert.match(stderr, sentence)
    assert.equal(stderr.trim().split("\n").length, 1, stderr)
    assert.equal(typeof JSON.parse(stdout).error._tag, "string")
  })
