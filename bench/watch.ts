/**
 * How long `pgex watch` takes to open a folder of many runs, and one of them: `bun bench/watch.ts [RUNS] [POINTS]`.
 *
 * The runs are one log under many names (hard links), so that they fit a disk; they are read as if they were many.
 */
import { linkSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { presets } from "../plugins/config/mod.ts"
import { serve, watchedFolder } from "../plugins/watch/mod.ts"

const [runs = 1000, points = 100_000] = process.argv.slice(2).map(Number)
const TASKS = 10

const folder = mkdtempSync(join(tmpdir(), "pgex-watch-"))

/** Rows of ten tasks whose returns rise with noise, and the line that says that the run ended. */
const events = Array.from({ length: points }, (_, i) => {
  const [step, task] = [Math.floor(i / TASKS), i % TASKS]
  const value = 200 * (1 - Math.exp((-3 * i) / points)) + 10 * Math.sin(i * i)
  const at = { time: "2026-01-01T00:00:00.000Z", run: "r", stage: "meta-training", step, task: `length=${task}` }
  return `${JSON.stringify({ ...at, metric: "meanReturn", value })}\n`
}).join("")
const trail = [
  { begin: { process: 1, machine: "elsewhere" } },
  { stage: "meta-training", done: 1, total: 1, unit: "iterations" },
  { end: "finished", words: "10 tasks fall into 2 groups." }
]
const files = {
  "run.json": JSON.stringify({ startedAt: "2026-01-01T00:00:00.000Z", seed: 0, config: presets.quick }),
  "events.jsonl": events,
  "progress.jsonl": trail.map((line) => `${JSON.stringify({ time: "2026-01-01T00:00:00.000Z", ...line })}\n`).join("")
}
for (let i = 0; i < runs; i++) {
  const run = join(folder, `run-${i}`)
  mkdirSync(run)
  for (const [name, text] of Object.entries(files))
    if (i === 0) writeFileSync(join(run, name), text)
    else linkSync(join(folder, "run-0", name), join(run, name))
}

const timed = async (name: string, url: string): Promise<void> => {
  const begun = performance.now()
  const text = await (await fetch(url)).text()
  const seconds = (performance.now() - begun) / 1000
  console.log(`${name.padEnd(28)} ${seconds.toFixed(2)} s  ${(text.length / 1000).toFixed(0)} kB`)
}

const program = Effect.gen(function* () {
  const clock = () => performance.now()
  const watched = watchedFolder(folder, clock)
  const port = yield* serve({ folder: watched, clock, title: folder, host: "127.0.0.1", port: 0 })
  const url = `http://127.0.0.1:${port}`
  const size = statSync(join(folder, "run-0", "events.jsonl")).size
  console.log(
    `${runs} runs of ${points} points (${(size / 1e6).toFixed(1)} MB), ${cpus().length} x ${cpus()[0]?.model}`
  )
  yield* Effect.promise(() => timed("all runs, first time", `${url}/`))
  yield* Effect.promise(() => timed("all runs, again", `${url}/`))
  yield* Effect.promise(() => timed("one run, first time", `${url}/run?name=run-1`))
  yield* Effect.promise(() => timed("one run, again", `${url}/run?name=run-1`))
  yield* Effect.promise(() => timed("another run", `${url}/run?name=run-2`))
})

await Effect.runPromise(Effect.scoped(program)).finally(() => rmSync(folder, { recursive: true, force: true }))
