/** What is compared: one record each, from which every row of the table follows. */
import { aggregatorIds, architectures, NO_AGGREGATOR } from "../../algorithms/internal.ts"
import type { Ground } from "./grounds.ts"

/** How tasks share policies: one for all, one each, or one for each group that the tool finds. */
export type Sharing = "one" | "alone" | "groups"

/** A way of training many tasks. */
export interface Contender {
  readonly name: string
  /** Architecture of all its policies. */
  readonly id: string
  /** Whether a policy is told which task it plays. */
  readonly told: boolean
  /** How the tasks' gradients become one. */
  readonly aggregator: string
  readonly sharing: Sharing
  /**
   * Whose number of parameters its policies together have, as nearly as the width of hidden layers lets them: that architecture's
   * at the ground's own width.
   */
  readonly as: string
  /** Settings of its architecture that are not the defaults. */
  readonly options?: Readonly<Record<string, boolean | number>>
  /** Settings of learners that are not the ground's, by the learner's id. */
  readonly learner?: Readonly<Record<string, Readonly<Record<string, number>>>>
}

const REFERENCE = "mlp"

const one = (name: string, change: Partial<Contender> = {}): Contender => ({
  name,
  id: REFERENCE,
  told: true,
  aggregator: NO_AGGREGATOR,
  sharing: "one",
  as: REFERENCE,
  ...change
})

const others = architectures.map((a) => a.id).filter((id) => id !== REFERENCE)

/** Every architecture, a multilayer perceptron as large as each, every combination, what tames scales, and policies for some tasks each. */
export const contenders: readonly Contender[] = [
  one(REFERENCE),
  ...others.flatMap((id) => [one(id, { id, as: id }), one(`mlp as large as ${id}`, { as: id })]),
  ...aggregatorIds()
    .filter((id) => id !== NO_AGGREGATOR)
    .map((id) => one(`mlp, ${id}`, { aggregator: id })),
  one("mlp, normalised layers", { options: { layerNorm: true } }),
  // A scale that follows each rollout of PPO, or each update of SAC: thousands of these are one of those.
  one("multi-head, PopArt", {
    id: "multi-head",
    as: "multi-head",
    learner: { ppo: { popArt: 0.1 }, sac: { popArt: 1e-3 } }
  }),
  one("one policy, not told", { told: false }),
  one("a policy a task", { told: false, sharing: "alone" }),
  one("the tool's groups", { told: false, sharing: "groups" }),
  one("the tool's groups, told", { sharing: "groups" })
]

/** The contenders of a ground that `only` asks for: the one whose `GROUND: CONTENDER` it is, or all that have it in theirs. */
export const wanted = (ground: Pick<Ground, "name" | "contenders">, only: string): readonly Contender[] => {
  const nameOf = ({ name }: Contender): string => `${ground.name}: ${name}`
  const there = contenders.filter((c) => ground.contenders?.includes(c.name) ?? true)
  const exactly = there.filter((c) => nameOf(c) === only)
  return exactly.length > 0 ? exactly : there.filter((c) => nameOf(c).includes(only))
}
