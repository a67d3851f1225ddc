/** Python's modules are code as well: those of the current folder run where the person names them, not where a run does. */
import assert from "node:assert/strict"
import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { python, skip as withoutPython } from "../plugins/gymnasium/support.ts"
import { makeFolder, pgexIn, skip } from "./support.ts"

const options = { skip: skip || withoutPython }

const family = { id: "gymnasium:downloaded:World-v0", n: 2, options: {} }
const run = {
  format: 1,
  policygradex: "0.1.0",
  startedAt: "",
  command: "pgex run",
  config: { preset: "quick", family },
  seed: 0,
  versions: {},
  machine: {}
}

test("a module of the current folder that only run.json names is imported with --trust alone", options, async () => {
  const folder = makeFolder({
    "downloaded.py": 'open("ran", "w")\n',
    "r/run.json": JSON.stringify(run),
    "mine.json": JSON.stringify({ family })
  })
  const ran = join(folder, "ran")
  const variables = { PGEX_PYTHON: python ?? "" }
  for (const args of [
    ["run", "r/run.json", "--out", "o"],
    ["run", "--resume", "--out", "r"]
  ]) {
    const { code, err } = await pgexIn(folder, args, variables)
    assert.ok(code === 1 && !existsSync(ran), err)
    assert.match(
      err,
      /No module named 'downloaded'; .* since nobody but a run's file names it: --trust takes it from there/
    )
    await pgexIn(folder, [...args, "--trust"], variables)
    assert.ok(existsSync(ran), args.join(" "))
    rmSync(ran)
  }
  await pgexIn(folder, ["run", "mine.json", "--out", "o"], variables)
  assert.ok(existsSync(ran), "a person's own configuration")
})
