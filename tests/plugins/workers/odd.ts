/** Environments that are no good for the thread they are stepped in. */
import assert from "node:assert/strict"
import { closeSync, openSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isMainThread } from "node:worker_threads"
import * as Either from "fp-ts/lib/Either.js"
import { ppo } from "../../../algorithms/mod.ts"
import { untyped } from "../../../algorithms/untyped.ts"
import { type Dynamics, type Environment, standard } from "../../../envs/mod.ts"
import type { Catalog } from "../../../pipeline/mod.ts"
import { guardedEnvironment } from "../../../plugins/loading/guard.ts"
import { endless, poisonous } from "../../algorithms/environments.ts"

/** Does `worse`, then steps; only in a worker, for the sake of whoever runs the tests. */
const until = (id: string, worse: () => void): Environment => ({
  ...endless,
  id,
  make: () => {
    if (!isMainThread) worse()
    return endless.make({})
  }
})

export const deadly = until("Deadly-v0", () => process.exit(3))

/** Where the first thread that meets a frail environment leaves its mark. */
export const mark = join(tmpdir(), `pgex-frail-${process.pid}`)

export const frail = until("Frail-v0", () => {
  try {
    closeSync(openSync(mark, "wx"))
  } catch {
    return
  }
  process.exit(4)
})

export const stuck = until("Stuck-v0", () => {
  while (true);
})

export const buggy = until("Buggy-v0", () => {
  throw new Error("an environment's own mistake")
})

/** A plugin's, whose first step throws what a sentence could be misread by. */
export const contributed = guardedEnvironment(
  {
    ...endless,
    id: "Contributed-v0",
    make: (params) =>
      Either.map((d: Dynamics): Dynamics => ({ ...d, step: () => assert.fail("want a: b, got c; d") }))(
        endless.make(params)
      )
  },
  "someone's"
)

const odds = [endless, poisonous, deadly, frail, stuck, buggy, contributed]

export const odd: Catalog = {
  registry: { ...standard, environments: [...standard.environments, ...odds] },
  algorithms: [untyped(ppo)]
}
