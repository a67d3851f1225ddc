/** The time of day is set back while a run goes on: nothing but its time stamps may show it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Clock, Effect, Layer } from "effect"
import { Progress } from "../../../core/service/progress.ts"
import { mainJob } from "../../../pipeline/mod.ts"
import { CheckpointSeconds } from "../../../pipeline/store/checkpoints.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { progressDisplay } from "../../../plugins/runs/progress.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { smallest } from "./support.ts"

/** A clock whose time of day is an hour earlier whenever somebody looks. */
const setBack = (live: Clock.Clock): Clock.Clock => {
  let hours = 0
  const millis = () => live.currentTimeMillisUnsafe() - 3_600_000 * hours++
  const nanos = () => BigInt(millis()) * 1_000_000n
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => live.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: live.monotonicTimeNanos,
    sleep: (duration) => live.sleep(duration)
  }
}

test("a clock that is set back stops no checkpoint, and nothing takes less than no time", async () => {
  const memory = memoryStore()
  const written: string[] = []
  const checkpoints: boolean[] = []
  const display = progressDisplay("", { write: (text) => void written.push(text), animated: false, columns: 100 })
  const watched = Layer.effect(Progress)(
    Effect.map(Progress, (shown) => ({
      ...shown,
      report: (p) => {
        if (p.stage === "meta-training") checkpoints.push(memory.files.has("kept/meta-training/checkpoint.bin"))
        return shown.report(p)
      }
    }))
  ).pipe(Layer.provide(display))
  const job = runJob(mainJob(catalog), { config: smallest, command: "pgex run" }).pipe(
    Effect.provide(Layer.merge(memory.layer, watched)),
    Effect.provideService(CheckpointSeconds, 0)
  )
  const data = await Effect.runPromise(
    Clock.clockWith((live) => Effect.provideService(job, Clock.Clock, setBack(live)))
  )
  // Reported before the first iteration, and after each, whose checkpoint follows.
  assert.deepEqual(checkpoints, [false, false, true, true])
  assert.deepEqual(
    data.costs.filter((c) => !(c.seconds >= 0)),
    []
  )
  for (const [stage, seconds] of Object.entries(data.receipts.seconds)) assert.ok(seconds >= 0, stage)
  assert.ok(written.length > 6)
  for (const line of written) assert.doesNotMatch(line, /-[\d.,]+ (s|min|h|steps)\b/)
})
