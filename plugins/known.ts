/** What the command line and scripts know by name: shipped environments, families and algorithms. */

import { erased } from "../algorithms/erased.ts"
import { ppo } from "../algorithms/mod.ts"
import type { Known } from "../algorithms/policygradex/spec.ts"
import { standard } from "../envs/mod.ts"
import type { Loaded } from "./load/load.ts"

export const known: Known = { registry: standard, algorithms: [erased(ppo)] }

/** With what plugins contribute; their registry holds what it was added to. */
export const knownWith = ({ registry, algorithms }: Loaded, base: Known = known): Known => ({
  registry,
  algorithms: [...base.algorithms, ...algorithms]
})
