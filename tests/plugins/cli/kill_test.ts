/** The real command by every learner, ended without warning or by Ctrl-C once a stage has left something. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { configOf, goOn, learners, rowsIn } from "../../pipeline/job/kills.ts"
import { command, pgex } from "../../support/pgex.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const often = { PGEX_CHECKPOINT_SECONDS: "0" }

/** What is there once a stage has begun to leave something, in order; a learner a place. */
const places = [
  "events.jsonl",
  "kept/meta-training",
  "meta-training",
  "surrogate",
  "first-order",
  "grouping",
  "kept/truth",
  "truth",
  "group-training"
] as const

for (const [at, id] of learners.entries()) {
  const place = places[at % places.length] ?? "events.jsonl"
  const signal = at % 3 === 2 ? "SIGINT" : "SIGKILL"
  test(`a run by ${id} that gets ${signal} once ${place} is there goes on to the same bytes`, async () => {
    const config = { ...configOf(id), preset: "quick" }
    const [file, out] = [join(folder, `${id}.json`), join(folder, id)]
    writeFileSync(file, JSON.stringify(config))
    const [program, ...args] = command(["run", file, "--out", out, "--quiet"])
    const child = spawn(program!, args, { env: { ...process.env, ...often }, stdio: "ignore" })
    const ended = once(child, "exit")
    while (!existsSync(join(out, place)) && child.exitCode === null) await setTimeout(2)
    child.kill(signal)
    await ended
    const { code, stdout, stderr } = pgex(["run", "--resume", "--out", out, "--quiet", "--json"], "", often)
    assert.equal(code, 0, stderr)
    const whole = await goOn(config)
    assert.equal(JSON.parse(stdout).receipts.digest, whole.data.receipts.digest)
    assert.deepEqual(rowsIn(readFileSync(join(out, "events.jsonl"))), rowsIn(whole.disk.get("events.jsonl")))
    const left = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) => /\..*\w$/.test(name))
    assert.deepEqual(
      left.filter((name) => !/^(?:run\.|progress\.jsonl$)/.test(name)).sort(),
      [...whole.disk.keys()].sort()
    )
  })
}
