import assert from "node:assert/strict"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { Effect, Option } from "effect"
import type { RunStoreService } from "../../../../core/service/run_store.ts"
import { type Mode, readRun } from "../../../../plugins/runs/store/mod.ts"
import { inFolder, leave, within } from "./support.ts"

const modes: readonly Mode[] = ["new", "resume", "force"]

for (const left of [
  ["run.lock"],
  ["run.lock", "run.lock-journal"],
  ["run.lock", "run.lock-journal", "run.json.71.0.tmp"],
  ["run.lock", "run.json.71.3fa9c210.tmp"]
])
  for (const mode of modes)
    test(`where a run was killed before it had begun and left ${left.join(", ")}, one begins (${mode})`, () =>
      inFolder(async (folder) => {
        const path = join(folder, "a")
        mkdirSync(path)
        for (const name of left) writeFileSync(join(path, name), "")
        const begun = await within(path, mode, ({ artefacts }) => artefacts)
        assert.deepEqual(begun._tag === "Success" && begun.success, [])
        assert.deepEqual(readdirSync(path).sort(), ["run.json", "run.lock"])
      }))

test("a folder in which a run was killed before it had begun is told to readers as such", () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "run.lock"), "")
    const error = await Effect.runPromise(Effect.flip(readRun(folder)))
    assert.match(
      error.message,
      /: want a run directory, got one in which no run has begun; pgex run PRESET --out \S+ begins one$/
    )
  }))

/** A run with a file of each kind, and with files of somebody else. */
const used = async (folder: string): Promise<string> => {
  const path = join(folder, "a")
  const done = await within(path, "new", leave)
  assert.equal(done._tag, "Success")
  mkdirSync(join(path, "notes"))
  for (const name of ["notes/mine.txt", "affinity/mine.csv", "mine.txt"]) writeFileSync(join(path, name), "mine")
  return path
}

test("--force removes what runs leave, and nothing else", () =>
  inFolder(async (folder) => {
    const path = await used(folder)
    const begun = await within(path, "force", ({ artefacts }) => artefacts, { seed: 1 })
    assert.deepEqual(begun._tag === "Success" && begun.success, [])
    assert.deepEqual(readdirSync(path, { recursive: true, encoding: "utf8" }).sort(), [
      "affinity",
      "affinity/mine.csv",
      "mine.txt",
      "notes",
      "notes/mine.txt",
      "run.json",
      "run.lock"
    ])
    assert.ok(!("replaces" in JSON.parse(readFileSync(join(path, "run.json"), "utf8"))))
  }))

/** As a run with --force leaves it that is killed when its own run.json has just replaced the other's. */
const halfReplaced = async (folder: string): Promise<string> => {
  const path = await used(folder)
  const run = JSON.parse(readFileSync(join(path, "run.json"), "utf8"))
  writeFileSync(join(path, "run.json"), JSON.stringify({ ...run, seed: 1, replaces: true }))
  return path
}

for (const [what, remove] of [
  ["before it had removed anything", []],
  ["when it had removed a part", ["artefacts.json", "affinity"]]
] as const)
  test(`a run with --force that was killed ${what} goes on as itself, with nothing of the one before`, () =>
    inFolder(async (folder) => {
      const path = await halfReplaced(folder)
      for (const name of remove) rmSync(join(path, name), { recursive: true })
      const read = await Effect.runPromise(Effect.flatMap(readRun(path), ({ store }) => store.artefacts))
      assert.deepEqual(read, [], "readers see none of the earlier run's artefacts")
      for (const mode of ["resume", "force"] as const) {
        const copy = join(folder, mode)
        cpSync(path, copy, { recursive: true })
        const begun = await within(copy, mode, (store) =>
          Effect.all([store.artefacts, store.kept.find("truth/3", { a: 1 })])
        )
        assert.deepEqual(begun._tag === "Success" && begun.success, [[], Option.none()])
        assert.ok(!existsSync(join(copy, "events.jsonl")) && existsSync(join(copy, "mine.txt")))
        assert.ok(!("replaces" in JSON.parse(readFileSync(join(copy, "run.json"), "utf8"))))
      }
    }))

for (const [what, path] of [
  ["kept", "kept/thesis.txt"],
  ["kept", "kept/old/thesis.txt"],
  ["kept", "kept/cache.bin"],
  ["logs", "logs/metrics.csv"],
  ["assets", "assets/main.0123456789ab.json"],
  ["report.html", "report.html/index.html"]
] as const)
  test(`--force leaves a folder as it is that was no run's and has ${path} in it`, () =>
    inFolder(async (folder) => {
      const mine = join(folder, "mine")
      mkdirSync(dirname(join(mine, path)), { recursive: true })
      writeFileSync(join(mine, path), "mine")
      const refused = await within(mine, "force", () => Effect.void)
      assert.equal(refused._tag === "Failure" && refused.failure.reason, "not-a-run")
      assert.deepEqual(readdirSync(mine), [what])
      assert.equal(readFileSync(join(mine, path), "utf8"), "mine")
    }))

test("--force removes the run's logs below it with the run, and leaves what others put beside them and beside what it kept", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a")
    await within(path, "new", leave)
    const events = "logs/tensorboard/events.out.tfevents.1700000000.policygradex.0000"
    const others = [
      "kept/mine.txt",
      "kept/truth/mine.txt",
      "logs/mine.csv",
      "logs/tensorboard/events.out.tfevents.1.other"
    ]
    mkdirSync(join(path, "logs", "tensorboard"), { recursive: true })
    for (const name of ["logs/metrics.csv", "logs/metrics.jsonl", events, ...others])
      writeFileSync(join(path, name), "")
    await within(path, "force", () => Effect.void)
    const left = readdirSync(path, { recursive: true, withFileTypes: true }).filter((e) => e.isFile())
    assert.deepEqual(
      left.map((e) => relative(path, join(e.parentPath, e.name))).sort(),
      [...others, "run.json", "run.lock"].sort()
    )
  }))

test("a store tells when its run began: the same when it goes on, another when it is replaced", () =>
  inFolder(async (folder) => {
    const began = async (mode: Mode): Promise<number | undefined> => {
      const told = await within(join(folder, "a"), mode, ({ startedAt }) => Effect.succeed(startedAt))
      return told._tag === "Success" ? told.success : assert.fail(told.failure.message)
    }
    const first = (await began("new")) ?? assert.fail("it is not told")
    await setTimeout(5)
    assert.equal(await began("resume"), first)
    assert.ok(((await began("force")) ?? 0) > first)
  }))

test("--force takes a folder whose run.json is gone where runs left all that is there, else it is refused", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a")
    assert.equal((await within(path, "new", leave))._tag, "Success")
    rmSync(join(path, "run.json"))
    cpSync(path, join(folder, "b"), { recursive: true })
    assert.equal((await within(path, "force", () => Effect.void))._tag, "Success")
    writeFileSync(join(folder, "b", "grouping", "mine.txt"), "mine")
    const refused = await within(join(folder, "b"), "force", () => Effect.void)
    assert.equal(refused._tag === "Failure" && refused.failure.reason, "not-a-run")
    assert.ok(existsSync(join(folder, "b", "artefacts.json")))
  }))

for (const [what, text] of [
  ["damaged", '[{"stage": "affinity", "na'],
  ["one whose paths lead elsewhere", '[{"stage":"a","name":"b","path":"../secret","sha256":"","bytes":1}]'],
  ["gone", undefined]
] as const)
  test(`a run whose artefacts.json is ${what} goes on with the artefacts that are whole`, () =>
    inFolder(async (folder) => {
      const path = join(folder, "a")
      const done = await within(path, "new", leave)
      const before = done._tag === "Success" ? done.success : assert.fail("no run")
      const manifest = join(path, "artefacts.json")
      const bytes = readFileSync(manifest, "utf8")
      if (text === undefined) rmSync(manifest)
      else {
        writeFileSync(manifest, text)
        const error = await Effect.runPromise(Effect.flip(readRun(path)))
        assert.equal(error.reason, "damaged")
        assert.ok(error.message.endsWith(`; pgex run --resume --out ${path} makes it again`), error.message)
      }
      // What does not hold what its name says is no artefact.
      writeFileSync(join(path, "grouping", `other.${"0".repeat(12)}.json`), "{}")
      const gone = await within(path, "resume", (store) =>
        Effect.map(store.artefacts, (a) => [a, store.notes] as const)
      )
      const [artefacts, notes] = gone._tag === "Success" ? gone.success : assert.fail(gone.failure.message)
      assert.deepEqual(artefacts, before)
      assert.deepEqual(
        notes,
        text === undefined ? [] : ["artefacts.json was damaged: it was made again from the artefacts (2)"]
      )
      assert.equal(readFileSync(manifest, "utf8"), bytes)
    }))

test("of two artefacts with one name neither is taken where the manifest is gone", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a")
    const put = (name: string, value: number) => (store: RunStoreService) =>
      store.put("affinity", name, { kind: "json", value })
    const first = await within(path, "new", put("cosine", 1))
    const file = join(path, first._tag === "Success" ? first.success.path : assert.fail(String(first.failure)))
    const bytes = readFileSync(file)
    await within(path, "resume", put("cosine", 2))
    await within(path, "resume", put("gain", 2))
    // As a kill between the second's manifest and the first's removal leaves it.
    writeFileSync(file, bytes)
    rmSync(join(path, "artefacts.json"))
    const gone = await within(path, "resume", (store) => store.artefacts)
    assert.deepEqual(gone._tag === "Success" && gone.success.map((a) => a.name), ["gain"])
  }))

test("a folder that is no run lists at most ten runs, the nearest name first, and folders without one not at all", () =>
  inFolder(async (folder) => {
    for (let i = 0; i < 30; i++) {
      mkdirSync(join(folder, `quick-${i}`))
      if (i !== 7) writeFileSync(join(folder, `quick-${i}`, "run.json"), "{}")
    }
    mkdirSync(join(folder, "paper-3"))
    writeFileSync(join(folder, "paper-3", "run.json"), "{}")
    writeFileSync(join(folder, "quick-31"), "a file")
    const error = await Effect.runPromise(Effect.flip(readRun(join(folder, "papre-3"))))
    assert.match(error.message, /papre-3: want a run directory, got no such folder; there is \S*paper-3, \S/)
    const listed = error.fix.replace("there is ", "").split(/, | and \d+ more$/)
    assert.equal(listed.filter((x) => x !== "").length, 10)
    assert.match(error.fix, / and \d+ more$/)
    assert.ok(!error.fix.includes("quick-31") && !/quick-7\b/.test(error.fix))
  }))
