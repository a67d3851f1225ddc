/** Environments that are no good for the thread they are stepped in. */
import { isMainThread } from "node:worker_threads"
import { erased } from "../../../algorithms/erased.ts"
import { ppo } from "../../../algorithms/mod.ts"
import type { Known } from "../../../algorithms/policygradex/trainings.ts"
import { type Environment, standard } from "../../../envs/mod.ts"
import { endless, poisonous } from "../../algorithms/environments.ts"

/** Steps once, then does `worse`; only in a worker, for the sake of whoever runs the tests. */
const until = (id: string, worse: () => void): Environment => ({
  ...endless,
  id,
  make: () => {
    if (!isMainThread) worse()
    return endless.make({})
  }
})

export const deadly = until("Deadly-v0", () => process.exit(3))

export const stuck = until("Stuck-v0", () => {
  while (true);
})

export const buggy = until("Buggy-v0", () => {
  throw new Error("an environment's own mistake")
})

export const odd: Known = {
  registry: { ...standard, environments: [...standard.environments, endless, poisonous, deadly, stuck, buggy] },
  algorithms: [erased(ppo)]
}
