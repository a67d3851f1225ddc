/** Loggers beside a run's own log: whatever one does, the run goes on. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { type EventRow, RunStore } from "../../../core/service/run_store.ts"
import { type LoggerPlugin, type Logging, logged } from "../../../plugins/loading/mod.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { smallest } from "../../pipeline/job/support.ts"

const row: EventRow = { stage: "meta", step: 0, task: "", metric: "loss", value: 1 }

const LIMIT = 20

/** What is told of a run of two rows that has these loggers, whose calls may take so long. */
const toldOf = async (...loggers: readonly LoggerPlugin[]): Promise<readonly string[]> => {
  const told: string[] = []
  const progress = { report: () => Effect.void, say: (text: string) => Effect.sync(() => void told.push(text)) }
  const run = Effect.gen(function* () {
    const { store } = yield* logged(yield* RunStore, progress, smallest, loggers, LIMIT)
    yield* store.log([row])
    yield* store.log([{ ...row, step: 1 }])
  })
  await Effect.runPromise(Effect.provide(Effect.scoped(run), memoryStore().layer))
  return told
}

const never = (): Promise<never> => new Promise(() => {})

const logger = (id: string, open: () => Logging | Promise<Logging>): LoggerPlugin => ({ id, summary: id, open })

for (const [call, hanging] of [
  ["open()", logger("slow", never)],
  ["log()", logger("slow", () => ({ log: never }))],
  ["close()", logger("slow", () => ({ log: () => {}, close: never }))]
] as const)
  test(`a logger whose ${call} never ends is left out and told once, and the others go on`, async () => {
    const rows: EventRow[] = []
    const ends: string[] = []
    const good = logger("good", () => ({
      log: (all) => void rows.push(...all),
      close: (ending) => void ends.push(ending)
    }))
    assert.deepEqual(await toldOf(hanging, good), [
      `Cannot call ${call} of logger slow: want it to return within 0.02 s, got no end of it; it is left out`
    ])
    assert.deepEqual([rows.length, ends], [2, ["finished"]])
  })

test("a logger that opens after it was left out is told nothing", async () => {
  let calls = 0
  const { promise, resolve } = Promise.withResolvers<Logging>()
  const late = logger("late", () => promise)
  const meanwhile = logger("meanwhile", () => {
    resolve({ log: () => void calls++ })
    return { log: () => {} }
  })
  assert.equal((await toldOf(late, meanwhile)).length, 1)
  assert.equal(calls, 0)
})
