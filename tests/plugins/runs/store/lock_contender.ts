/**
 * `lock_contender.ts DIRECTORY TRIES`: takes a run directory's lock again and again; prints how often it held it, and how
 * often somebody else did at the same time.
 *
 * Who holds the lock makes a file that must not be there and removes it again: an independent witness.
 */
import { closeSync, existsSync, openSync, unlinkSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { Effect } from "effect"
import { lockDirectory } from "../../../../plugins/runs/store/lock.ts"

const [directory = "", tries = "0"] = process.argv.slice(2)
const witness = join(directory, "holder")
const counts = { held: 0, refused: 0, together: 0 }

const hold = Effect.promise(async () => {
  counts.held++
  try {
    closeSync(openSync(witness, "wx"))
  } catch {
    counts.together++
    return
  }
  await setTimeout(Math.random() * 2)
  unlinkSync(witness)
})

// All contenders begin together: the last one to start makes this file.
while (!existsSync(join(directory, "go"))) await setTimeout(1)
for (let i = 0; i < Number(tries); i++) {
  const attempt = Effect.scoped(Effect.andThen(lockDirectory(directory), hold))
  await Effect.runPromise(
    Effect.catchTag(attempt, "RunStoreError", (e) =>
      Effect.sync(() => {
        if (e.reason !== "locked") throw e
        counts.refused++
      })
    )
  )
  if (Math.random() < 0.5) await setTimeout(Math.random())
}
process.stdout.write(JSON.stringify(counts))
