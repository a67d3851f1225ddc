/** Whatever learner trains, a run that is killed at any stage goes on to the same bytes. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { assertSame, configOf, goOn, learners, stages } from "./kills.ts"

for (const [at, id] of learners.entries())
  test(`a run by ${id} that is killed goes on to the same digest, files and log, from every stage`, async () => {
    const config = configOf(id)
    const whole = await goOn(config)
    assert.deepEqual([...new Set(whole.moments.map((m) => m.stage))], stages)
    for (const [s, stage] of stages.entries()) {
      const there = whole.moments.filter((m) => m.stage === stage)
      // Another moment for every learner: together they meet most of them; tests/slow/kills.ts has all.
      const { path, disk } = there[(at * (s + 3)) % there.length] ?? assert.fail(stage)
      const { data, disk: end } = await goOn(config, disk)
      assert.equal(data.receipts.digest, whole.data.receipts.digest, path)
      assertSame(end, whole.disk, `killed after ${path}`)
    }
  })
