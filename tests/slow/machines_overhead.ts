/** What an activity costs beside its work: items that are nothing, through everything that items go through. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { Deferred, Effect, Layer } from "effect"
import type { RunStoreError } from "../../core/service/run_store.ts"
import { silentProgress } from "../../plugins/runs/progress.ts"
import { keptIn } from "../../plugins/runs/store/internal.ts"
import { contentIn } from "../../plugins/sweeps/content.ts"
import { doItem } from "../../plugins/sweeps/item.ts"
import { databaseAddress, databaseLayer } from "../../plugins/sweeps/machines/database.ts"
import { clusterEngine } from "../../plugins/sweeps/machines/engine.ts"
import { queuedItemsLayer, takeItems } from "../../plugins/sweeps/machines/queued_items.ts"
import { openStore } from "../../plugins/sweeps/machines/store.ts"
import { clusterWork } from "../../plugins/sweeps/machines/sweeping.ts"
import { noPostgres, startPostgres } from "../support/postgres.ts"
import { right } from "../support/right.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

const ITEMS = 200

/** Core seconds of `pgex run paper` (7.5 minutes of two cores, docs/results.md). */
const PAPER = 900

test("an activity costs little beside its work", { skip: noPostgres }, async () => {
  const postgres = await startPostgres()
  const database = postgres.fresh("overhead")
  const address = right(databaseAddress(database))
  const store = join(folder, "store")
  const size = () => Number(postgres.query(database, "SELECT pg_database_size(current_database())"))

  const asked = Effect.gen(function* () {
    const lost = yield* Deferred.make<never, RunStoreError>()
    const { content, engine } = yield* clusterWork({ address, store }, { policygradex: "0" }, lost)
    const worker = keptIn((yield* openStore(store)).files, "any")
    let done = 0
    const journal = () => Effect.sync(() => void done++)
    const doing = doItem({ content: contentIn(worker), compute: () => Effect.succeed({ reward: 1 }), journal })
    const items = Layer.merge(queuedItemsLayer, Layer.effectDiscard(Effect.forkScoped(takeItems(2, doing))))
    yield* Layer.build(Layer.provide(items, clusterEngine("runner")))
    const setting = yield* content.put({ policy: new Float64Array(10_000) })
    const one = Effect.fnUntraced(function* (index: number) {
      const work = { job: "none", setting, item: yield* content.put({ index }), numerics: "any", code: {} }
      yield* engine.execute({ work, attempt: 0, session: "wasm", plugins: [] })
    })
    // What begins is not counted.
    yield* one(-1)
    const [bytes, start, before] = [size(), performance.now(), process.cpuUsage()]
    const all = Array.from({ length: ITEMS }, (_, i) => i)
    yield* Effect.forEach(all, one, { concurrency: 64, discard: true })
    const { user, system } = process.cpuUsage(before)
    assert.equal(done, ITEMS + 1)
    return {
      wall: (performance.now() - start) / ITEMS,
      processor: (user + system) / 1000 / ITEMS,
      bytes: (size() - bytes) / ITEMS
    }
  })
  const { wall, processor, bytes } = await Effect.runPromise(
    Effect.scoped(asked).pipe(Effect.provide(Layer.merge(databaseLayer(address), silentProgress)))
  )
  const trainings = 120
  const share = (trainings * processor) / 1000 / PAPER
  console.log(
    `${wall.toFixed(1)} ms each, ${processor.toFixed(1)} ms of a processor without Postgres, ` +
      `${(bytes / 1000).toFixed(1)} kB in the database; load ${loadavg()[0]?.toFixed(1)}; of the paper preset ${(100 * share).toFixed(2)}%`
  )
  assert.ok(share < 0.01)
})
