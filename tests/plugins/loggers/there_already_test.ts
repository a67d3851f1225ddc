/** Loggers where something is in their place already: whose it is, and of what kind. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { opened, other, place } from "./places.ts"

test("the log of a run that began before is left as it is, whatever its name; its own a run goes on with", async () => {
  for (const id of ["jsonl", "csv", "tensorboard"]) {
    const where = place()
    const began = { startedAt: Date.now() }
    const asked = `${id}=${where}`
    await (await opened(asked, "run", began)).log([other])
    const [file = assert.fail()] =
      id === "tensorboard" ? readdirSync(join(where, "run")).map((f) => join("run", f)) : [""]
    const before = readFileSync(join(where, file))
    await setTimeout(5)
    await assert.rejects(
      opened(asked, "run", { startedAt: Date.now() }),
      /want no file, or one that run run logged into, got rows of 20.*Z, when this run had not begun/
    )
    assert.deepEqual(readFileSync(join(where, file)), before)
    await (await opened(asked, "run", began)).log([{ ...other, step: 1 }])
    assert.ok(readFileSync(join(where, file)).length > before.length)
  }
})

test("of the event files in a folder none goes but those that the last took the place of", async () => {
  const where = place()
  const logging = await opened(`tensorboard=${where}`)
  await logging.log([other])
  const [own = assert.fail()] = readdirSync(join(where, "run"))
  const at = (name: string) => join(where, "run", name)
  const [others, next] = ["events.out.tfevents.0000000001.policygradex.0000", own.replace(/0000$/, "0001")]
  copyFileSync(at(own), at(others))
  copyFileSync(at(own), at(next))
  await opened(`tensorboard=${where}`)
  assert.deepEqual(readdirSync(join(where, "run")).sort(), [others, next])
})

test("a file without a whole row is left as it is, but for what a run's own first row leaves that was cut short", async () => {
  const head = "time,run,stage,step,task,metric,value\n"
  const others = [
    ["jsonl", '{"my":"data without a line end"}'],
    ["jsonl", '{"time":"2026-01-01T00:00:00.000Z","run":"another'],
    ["jsonl", "x".repeat(1000)],
    ["csv", "time"],
    ["csv", head.trimEnd()],
    ["csv", `${head}my notes`],
    ["csv", `${head}2026-01-01T00:00:00.000Z,another`]
  ] as const
  for (const [id, text] of others) {
    const file = place()
    writeFileSync(file, text)
    await assert.rejects(opened(`${id}=${file}`), /want no file, or one that run run logged into, got "/, text)
    assert.equal(readFileSync(file, "utf8"), text)
  }
  for (const id of ["jsonl", "csv"])
    for (const name of ["run", 'läufe, "zwei"']) {
      const file = place()
      const logging = await opened(`${id}=${file}`, name)
      const start = statSync(file).size
      await logging.log([other])
      const whole = readFileSync(file)
      for (let end = start; end < whole.length; end++) {
        writeFileSync(file, whole.subarray(0, end))
        await (await opened(`${id}=${file}`, name)).close?.("finished")
        assert.equal(statSync(file).size, start, `${id}, ${end} bytes`)
      }
    }
})

test("what is no file is refused and left as it is, and nobody waits for it", async () => {
  for (const id of ["jsonl", "csv"]) {
    const [device, pipe, around] = [place(), place(), place()]
    symlinkSync("/dev/null", device)
    await assert.rejects(opened(`${id}=${device}`), /want a file, got a pipe or a device/)
    assert.ok(lstatSync(device).isSymbolicLink())
    execFileSync("mkfifo", [pipe])
    await assert.rejects(opened(`${id}=${pipe}`), /want a file, got a pipe or a device/)
    mkdirSync(around)
    await assert.rejects(opened(`${id}=${around}`), /want a file, got a folder/)
  }
})

test("a link that a person names stays one: what it leads to is the log", async () => {
  for (const id of ["jsonl", "csv"]) {
    const [file, link] = [place(), place()]
    symlinkSync(file, link)
    const logging = await opened(`${id}=${link}`)
    await logging.log([other, { ...other, step: 1 }])
    await logging.relog?.("other", [other])
    await logging.close?.("finished")
    assert.ok(lstatSync(link).isSymbolicLink() && lstatSync(file).isFile())
    assert.equal(readFileSync(file, "utf8").match(/other/g)?.length, 1, id)
  }
})

test("what is no file in a folder of event files is none of them", async () => {
  const where = place()
  mkdirSync(join(where, "run"), { recursive: true })
  const pipe = "events.out.tfevents.0000000001.policygradex.0000"
  execFileSync("mkfifo", [join(where, "run", pipe)])
  await (await opened(`tensorboard=${where}`)).log([other])
  assert.equal(readdirSync(join(where, "run")).filter((name) => name !== pipe).length, 1)
})
