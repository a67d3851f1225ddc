import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import { type EventRow, RunStore, type RunStoreService } from "../../../../core/service/run_store.ts"
import { type Files, memoryFiles } from "../../../../plugins/runs/store/files.ts"
import { memoryStore } from "../../../../plugins/runs/store/mod.ts"
import { makeStore } from "../../../../plugins/runs/store/store.ts"

const inMemory = <A, E>(
  use: (store: RunStoreService, files: Map<string, Uint8Array>) => Effect.Effect<A, E>
): Promise<A> => {
  const { files, layer } = memoryStore()
  return Effect.runPromise(Effect.flatMap(RunStore, (store) => use(store, files)).pipe(Effect.provide(layer)))
}

const row = (stage: string, step: number, value = step): EventRow => ({ stage, step, task: "a", metric: "m", value })

const textOf = (files: ReadonlyMap<string, Uint8Array>) => new TextDecoder().decode(files.get("events.jsonl"))
const linesOf = (files: ReadonlyMap<string, Uint8Array>) => textOf(files).split("\n").slice(0, -1)
const saidBy = (line: string) => {
  const { stage, step, value, is } = JSON.parse(line)
  return `${stage} ${step} ${value ?? is}`
}

test("relog() takes a stage's later rows out of the log, and a line that was cut short", () =>
  inMemory((store, files) =>
    Effect.gen(function* () {
      assert.equal(yield* store.relog("meta-training", []), 0)
      assert.ok(!files.has("events.jsonl"))
      yield* store.log([0, 1, 2].flatMap((step) => [row("meta-training", step), row("other", step)]))
      const times = linesOf(files)
      files.set("events.jsonl", new TextEncoder().encode(`${textOf(files)}{"stage":"other","st`))
      assert.equal(yield* store.relog("meta-training", [row("meta-training", 0)]), 0)
      assert.deepEqual(linesOf(files), [times[1], times[3], times[5], times[0]])
    })
  ))

test("rows that are logged while relog() is at work are not lost", async () => {
  const map = new Map<string, Uint8Array>()
  const files = memoryFiles(map)
  const read: Files["read"] = (path) => Effect.tap(files.read(path), Effect.sleep("20 millis"))
  const store = makeStore("run", "", { ...files, read })
  await Effect.runPromise(
    Effect.gen(function* () {
      yield* store.log([row("a", 1), row("a", 0)])
      const later = Effect.delay(store.log([row("b", 0)]), "5 millis")
      yield* Effect.all([store.relog("a", [row("a", 0), row("a", 1)]), later], { concurrency: "unbounded" })
    })
  )
  assert.deepEqual(linesOf(map).map(saidBy), ["a 0 0", "a 1 1", "b 0 0"])
})

test("relog() writes again what the log lacks, tells how many rows those were, and restores the order stage by stage", () =>
  inMemory((store, files) =>
    Effect.gen(function* () {
      const rows = [row("meta-training", 0), row("meta-training", 1, Number.NaN), row("meta-training", 2)]
      yield* store.log([row("before", 0), ...rows, row("after", 0)])
      const whole = yield* store.logged
      const lines = linesOf(files)
      files.set("events.jsonl", new TextEncoder().encode(`${lines[0]}\n${lines[1]}\n{"sta\0\0\0\n${lines[4]}\n`))
      assert.notEqual((yield* store.logged).sha256, whole.sha256)
      assert.equal(yield* store.relog("meta-training", rows), 2)
      const rewritten = ["meta-training 0 0", "meta-training 1 NaN", "meta-training 2 2"]
      assert.deepEqual(linesOf(files).map(saidBy), ["before 0 0", "after 0 0", ...rewritten])
      assert.equal(linesOf(files)[2], lines[1], "a row that was there keeps its time")
      assert.equal(yield* store.relog("after", [row("after", 0)]), 0)
      assert.deepEqual(yield* store.logged, whole)
      files.delete("events.jsonl")
      assert.equal(yield* store.relog("meta-training", rows), 3)
    })
  ))

test("whatever a log has become, relog() leaves exactly the rows that are wanted, and the other stages' lines", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom("x", "y"), fc.nat(5), fc.nat(2)), { maxLength: 12 }),
      fc.uniqueArray(fc.nat(5)),
      fc.nat(400),
      (there, steps, cut) =>
        inMemory((store, files) =>
          Effect.gen(function* () {
            yield* store.log(there.map(([stage, step, value]) => row(stage, step, value)))
            files.set("events.jsonl", (files.get("events.jsonl") ?? new Uint8Array()).subarray(0, cut))
            const whole = textOf(files)
            const others = whole.split("\n").filter((line) => line.endsWith("}") && saidBy(line).startsWith("y"))
            const rows = steps.map((step) => row("x", step, 1))
            yield* store.relog("x", rows)
            const now = linesOf(files).map(saidBy)
            const wanted = rows.map(({ stage, step, value }) => `${stage} ${step} ${value}`)
            assert.deepEqual(now.filter((s) => s.startsWith("x")).sort(), wanted.sort())
            assert.deepEqual(
              now.filter((s) => s.startsWith("y")),
              others.map(saidBy)
            )
            assert.equal(yield* store.relog("x", rows), 0)
          })
        )
    ),
    { numRuns: 200 }
  ))
