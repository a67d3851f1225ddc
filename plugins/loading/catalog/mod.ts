/** What the command line and scripts know by name: shipped environments, families and algorithms. */

import { architectures as own } from "../../../algorithms/internal.ts"
import {
  boMrl,
  distral,
  emaml,
  fomaml,
  maml,
  mamlTrpo,
  ppo,
  promp,
  reptile,
  sac,
  trMaml,
  untyped
} from "../../../algorithms/mod.ts"
import type { Catalog } from "../../../pipeline/mod.ts"
import type { Loaded } from "../mod.ts"
import { shipped } from "../registry.ts"

/** All that has a name without any plugin: environments, families, learners. */
export const catalog: Catalog = {
  registry: shipped,
  algorithms: [
    untyped(ppo),
    untyped(sac),
    ...[maml, mamlTrpo, fomaml, reptile, emaml, promp, trMaml].map(untyped),
    untyped(boMrl),
    untyped(distral)
  ]
}

/** With what plugins contribute; their registry holds what it was added to. */
export const catalogWith = (
  { registry, algorithms, architectures, aggregators, groupings }: Loaded,
  base: Catalog = catalog
): Catalog => ({
  registry,
  algorithms: [...base.algorithms, ...algorithms],
  architectures: [...own, ...architectures],
  aggregators,
  groupings
})
