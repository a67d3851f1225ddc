/** Loggers that write files: what is in the file afterwards, whatever happened on the way. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../../core/failure/mod.ts"
import type { EventRow } from "../../../core/service/run_store.ts"
import { loggerFindings } from "../../../plugins/loading/check_loggers.ts"
import { loggerNamed, ownLoggers } from "../../../plugins/loggers/mod.ts"
import { crc32c } from "../../../plugins/loggers/tensorboard/crc32c.ts"
import { tagOf } from "../../../plugins/loggers/tensorboard/events.ts"
import { smallest } from "../../pipeline/job/support.ts"
import { right } from "../../support/right.ts"
import { folder, opened, other, place } from "./places.ts"
import { noPython, noTensorboard, noWandb, plainPython, printed, rowsOf, scalarsIn, wandb } from "./support.ts"

const sentence = (asked: string): string =>
  E.match(
    ({ message }: ArgumentError) => message,
    () => ""
  )(loggerNamed(asked))

test("every logger that comes with the package passes the loggers' laws", async () => {
  for (const { id } of ownLoggers.filter((l) => l.id !== "otel")) {
    const logger = right(loggerNamed(`${id}=${place()}`))
    assert.deepEqual(await Effect.runPromise(loggerFindings(logger, () => {})), [], id)
  }
})

test("CRC-32C is that of RFC 3720", () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa)
  assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43)
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e)
})

/** A run that logs, is killed in the middle of a row, and goes on from a checkpoint before; where its rows are. */
const interrupted = async (asked: (place: string) => string, rows: readonly EventRow[], cut: number) => {
  const where = place()
  const first = await opened(asked(where))
  await first.relog?.("other", [other])
  await first.relog?.("meta", [])
  await first.log(rows)
  const files = existsSync(join(where, "run"))
    ? readdirSync(join(where, "run")).map((f) => join(where, "run", f))
    : [where]
  const bytes = readFileSync(files[0]!).length
  if (rows.length > 0) truncateSync(files[0]!, bytes - 1 - (cut % Math.max(1, Math.floor(bytes / rows.length / 4))))
  const second = await opened(asked(where))
  const checkpoint = rows.slice(0, Math.floor((rows.length * (cut % 5)) / 4))
  await second.relog?.("meta", checkpoint)
  await second.log(rows.slice(checkpoint.length))
  await second.relog?.("meta", rows)
  await second.close?.("finished")
  return where
}

const CSV = `
import csv, json, sys
out = []
for path in sys.argv[1:]:
    with open(path, newline="", encoding="utf-8") as f:
        out.append([[r["run"], r["stage"], r["step"], r["task"], r["metric"], r["value"]] for r in csv.DictReader(f)])
print(json.dumps(out))
`

test("a CSV file has each row once, whatever a run was stopped in, by Python's reader", {
  skip: noPython
}, async () => {
  const cases = fc.sample(fc.tuple(rowsOf("meta"), fc.nat({ max: 40 })), 40)
  const files: string[] = []
  for (const [rows, cut] of cases) files.push(await interrupted((p) => `csv=${p}`, rows, cut))
  const escaped = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r")
  const want = cases.map(([rows]) =>
    [other, ...rows].map(({ stage, step, task, metric, value }) => [
      "run",
      stage,
      String(step),
      escaped(task),
      metric,
      String(value)
    ])
  )
  assert.deepEqual(printed(plainPython, CSV, files), want)
})

test("a file of JSON lines has each row once, whatever a run was stopped in", async () => {
  for (const [rows, cut] of fc.sample(fc.tuple(rowsOf("meta"), fc.nat({ max: 40 })), 40)) {
    const file = await interrupted((p) => `jsonl=${p}`, rows, cut)
    const lines = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    const found = lines.map(({ run, time, value, is, ...row }) => {
      assert.ok(run === "run" && Number.isFinite(Date.parse(time)))
      return { ...row, value: value ?? Number(is) }
    })
    assert.deepEqual(
      found,
      [other, ...rows].map((r) => ({ ...r, value: r.value === 0 ? 0 : r.value }))
    )
  }
})

test("TensorBoard reads each number once, whatever a run was stopped in", { skip: noTensorboard }, async () => {
  const cases = fc.sample(fc.tuple(rowsOf("meta"), fc.nat({ max: 40 })), 25)
  const folders: string[] = []
  for (const [rows, cut] of cases) folders.push(join(await interrupted((p) => `tensorboard=${p}`, rows, cut), "run"))
  const scalar = (r: EventRow) => JSON.stringify([tagOf(r), r.step, String(Math.fround(r.value))])
  for (const [i, found] of scalarsIn(...folders).entries()) {
    const got = found.map(([tag, step, value]) => JSON.stringify([tag, step, String(Math.fround(value))]))
    assert.deepEqual(got.sort(), [other, ...cases[i]![0]].map(scalar).sort())
    assert.equal(readdirSync(folders[i]!).length, 1)
  }
})

test("trainings that end in another order than theirs leave each row once, in a file that is not begun anew", async () => {
  const row = (seed: number, step: number): EventRow => ({
    stage: `group-training/group 1/seed ${seed}`,
    step,
    task: "a",
    metric: "meanReturn",
    value: seed + step / 2
  })
  const [early, late] = [
    [row(0, 0), row(0, 1)],
    [row(1, 0), row(1, 1)]
  ]
  for (const id of ["jsonl", "csv"]) {
    const file = place()
    const logging = await opened(`${id}=${file}`)
    await logging.relog?.("group-training", [])
    await logging.log(late!)
    await logging.log(early!)
    const { ino, size } = statSync(file)
    await logging.relog?.("group-training", [...early!, ...late!])
    assert.deepEqual([statSync(file).ino, statSync(file).size], [ino, size], id)
    await logging.relog?.("group", [])
    assert.equal(statSync(file).size, size, "a stage whose name another begins with")
    await logging.relog?.("group-training", early!)
    assert.equal(
      readFileSync(file, "utf8")
        .match(/seed \d/g)
        ?.join(),
      "seed 0,seed 0"
    )
  }
})

test("rows that are logged while others of the file are replaced are not lost", async () => {
  for (const id of ["jsonl", "csv"]) {
    const file = place()
    const logging = await opened(`${id}=${file}`)
    const meta = { ...other, stage: "meta" }
    await logging.log([meta, { ...meta, step: 1 }])
    await Promise.all([logging.relog?.("meta", [meta]), logging.log([other])])
    assert.deepEqual(readFileSync(file, "utf8").match(/meta|other/g), ["meta", "other"], id)
  }
})

test("a file of something else, or of another run, is left as it is", async () => {
  const notes = place()
  writeFileSync(notes, "my notes\n")
  for (const id of ["jsonl", "csv"])
    await assert.rejects(opened(`${id}=${notes}`), /want no file, or one that run run logged into, got "my notes/)
  assert.equal(readFileSync(notes, "utf8"), "my notes\n")
  const file = place()
  const first = await opened(`csv=${file}`, "one")
  await first.log([other])
  await assert.rejects(opened(`csv=${file}`, "two"), /got rows of run "one"/)
  appendFileSync(file, "1,2\n")
  await assert.rejects(opened(`csv=${file}`, "one"), /got "1,2" on a line/)
})

test("a link in a run's directory that leads out of it is not followed", async () => {
  const [directory, outside] = [place(), place()]
  for (const path of [directory, outside]) mkdirSync(path)
  symlinkSync(outside, join(directory, "logs"))
  for (const id of ["jsonl", "csv", "tensorboard"])
    await assert.rejects(
      async () => right(loggerNamed(id)).open({ name: "run", config: smallest, directory }),
      /want a path within the run directory, got/
    )
  assert.deepEqual(readdirSync(outside), [])
})

test("what --log asks for is refused with what there is", () => {
  assert.match(
    sentence("tensorbord"),
    /Cannot use --log: want a logger \(jsonl, csv, tensorboard.*did you mean tensorboard/
  )
  assert.match(sentence("csv="), /want csv=FILE/)
})

test("the script of docs/loggers.md brings rows into wandb's offline file", { skip: noWandb }, async () => {
  const page = readFileSync(new URL("../../../docs/loggers.md", import.meta.url), "utf8")
  const script = /^```python wandb_rows\.py\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? assert.fail("no script")
  const file = place()
  const logging = await opened(`jsonl=${file}`)
  await logging.log([0, 1].map((step) => ({ stage: "meta", step, task: "goal=1", metric: "return", value: step / 2 })))
  const where = mkdtempSync(join(folder, "wandb-"))
  const env = { ...process.env, WANDB_SILENT: "true", WANDB_DIR: where }
  const { status, stderr } = spawnSync(wandb ?? "", ["-c", script, file], { env, encoding: "utf8" })
  assert.equal(status, 0, stderr)
  // wandb links its latest run beside it.
  const written = readdirSync(where, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".wandb"))
  const all = written.map((path) => readFileSync(join(where, path)))
  assert.ok(all.length > 0 && all.every((bytes) => bytes.includes("meta/return/goal=1")))
})
