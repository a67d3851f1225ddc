import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Progress } from "../../../core/service/progress.ts"
import { duration, grouped, line, progressDisplay } from "../../../plugins/runs/progress.ts"

/** What a display wrote while a stage of 100 iterations took 100 seconds. */
const shown = (animated: boolean): Promise<readonly string[]> => {
  const written: string[] = []
  const display = { write: (text: string) => void written.push(text), animated, columns: 80 }
  const run = Effect.gen(function* () {
    const progress = yield* Progress
    for (let done = 0; done <= 100; done++) {
      yield* progress.report({ stage: "meta-training", done, total: 100, unit: "iterations", steps: done * 2000 })
      if (done === 50) yield* progress.say("half way")
      if (done < 100) yield* TestClock.adjust("1 second")
    }
  })
  return Effect.runPromise(
    run.pipe(Effect.provide(progressDisplay("", display)), Effect.provide(TestClock.layer()), Effect.as(written))
  )
}

test("progressDisplay() writes plain lines at the start, the end, and every few seconds where it cannot redraw", async () => {
  const written = await shown(false)
  assert.equal(written.length, 22) // 0, 5, …, 100 seconds, and what was said
  assert.match(written[0]!, /^meta-training +0\/100 iterations/)
  assert.match(written.at(-1)!, /100\/100 iterations {2}2,000 steps\/s {2}1 min 40 s\n$/)
  assert.ok(written.includes("half way\n"))
  assert.ok(!written.join("").includes("\u001b"))
})

test("progressDisplay() redraws its line in a terminal, and keeps what was said above it", async () => {
  const text = (await shown(true)).join("")
  assert.ok(text.includes("\u001b[1A\u001b[J"))
  assert.ok(/half way\nmeta-training +\[######\.{6}\] +50\/100/.test(text))
  assert.ok(/\[############\] +100\/100 iterations {2}2,000 steps\/s {2}1 min 40 s\n$/.test(text))
})

test("line() estimates the time left from the time taken", () => {
  const stage = { stage: "truth", done: 10, total: 40, unit: "subsets", startedAt: 0, updatedAt: 20, note: "new" }
  assert.equal(line(stage), "truth             10/40 subsets  1 min 0 s left  new")
})

test("duration() and grouped() write numbers for people", () => {
  assert.deepEqual([0.84, 42.4, 200, 7500].map(duration), ["0.8 s", "42 s", "3 min 20 s", "2 h 5 min"])
  assert.deepEqual([7, 1234, 1234567].map(grouped), ["7", "1,234", "1,234,567"])
})
