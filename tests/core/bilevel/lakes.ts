/** Frozen lakes as the paper has them, for tests. */
import type { Mdp } from "../../../core/mdp/mod.ts"
import { key } from "../../../core/random/mod.ts"
import { lakeMdp, randomMap } from "../../../envs/mod.ts"
import { right } from "../../support/right.ts"

const ice = { slippery: false, successRate: 1, rewards: [1, -1, 0] } as const

/** The lake of a seed: 4 x 4 cells, γ = 0.8, begun everywhere. */
export const lake = (seed: number, frozen = 0.7): Mdp =>
  right(lakeMdp(right(randomMap(4, frozen, right(key(seed)))), ice, 0.8, "everywhere"))

/** Some of them. */
export const lakes = (count: number, frozen = 0.7): readonly Mdp[] =>
  Array.from({ length: count }, (_, i) => lake(i, frozen))
