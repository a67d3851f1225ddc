/** Every moment at which a run can be killed, by every learner: two to three minutes of one core. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { assertSame, configOf, goOn, learners } from "../pipeline/job/kills.ts"

for (const id of learners)
  test(`a run by ${id} that is killed after any change of its disk goes on to the same bytes`, async () => {
    const config = configOf(id)
    const whole = await goOn(config)
    for (const { path, disk } of whole.moments) {
      const { data, disk: end } = await goOn(config, disk)
      assert.equal(data.receipts.digest, whole.data.receipts.digest, path)
      assertSame(end, whole.disk, `killed after ${path}`)
    }
  })
