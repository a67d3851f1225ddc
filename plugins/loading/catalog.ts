/** What the command line and scripts know by name: shipped environments, families and algorithms. */

import { emaml, fomaml, maml, mamlTrpo, ppo, promp, reptile, sac, trMaml } from "../../algorithms/mod.ts"
import { erased } from "../../algorithms/untyped.ts"
import type { Known } from "../../pipeline/jobs/spec.ts"
import type { Loaded } from "./mod.ts"
import { shipped } from "./registry.ts"

export const known: Known = {
  registry: shipped,
  algorithms: [erased(ppo), erased(sac), ...[maml, mamlTrpo, fomaml, reptile, emaml, promp, trMaml].map(erased)]
}

/** With what plugins contribute; their registry holds what it was added to. */
export const knownWith = ({ registry, algorithms, groupings }: Loaded, base: Known = known): Known => ({
  registry,
  algorithms: [...base.algorithms, ...algorithms],
  groupings
})
