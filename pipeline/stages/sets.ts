/** The meta-training sets that are held against one another: which tasks a meta-learner learns from. */
import { Schema } from "effect"
import { medoid } from "../../core/grouping/mod.ts"
import { child, integers, type Key, permutation, stream } from "../../core/random/mod.ts"
import type { Affinity } from "../../core/surrogate/mod.ts"
import { counted } from "../../core/text/numbers.ts"
import type { SelectionConfig } from "../config.ts"
import type { LeftOut } from "./comparison.ts"
import { groupsOf } from "./group_training.ts"
import { Labels } from "./schemas.ts"

/**
 * What a row is: one task of each of the tool's groups, of each group by gradient similarity, random tasks, all, or all by a policy
 * of another architecture that is told its task.
 */
export const SetKind = Schema.Literals(["chosen", "similarity", "random", "all", "architecture"])
export type SetKind = typeof SetKind.Type

/** Tasks that are trained on once. */
const SetTrial = Schema.Struct({
  /** Ascending. */
  tasks: Labels,
  seed: Schema.Int,
  /** Which of several random sets it is; 0 where a row is not of random sets. */
  draw: Schema.Int,
  /** The policy's, where it is not the run's own. */
  architecture: Schema.optionalKey(Schema.String)
})

/** What a row is trained on. */
export const SetRow = Schema.Struct({
  kind: SetKind,
  /** As people read it. */
  method: Schema.String,
  trials: Schema.Array(SetTrial)
})
export type SetRow = typeof SetRow.Type

export interface SetsAsked extends Pick<SelectionConfig, "pick" | "seeds" | "randomDraws"> {
  /** Ids of those that learn from all tasks. */
  readonly architectures: readonly string[]
  readonly labels: Readonly<Record<"chosen" | "cosine", readonly number[]>>
  /** That of the labels: whose medoids are meant. */
  readonly affinities: Readonly<Record<"chosen" | "cosine", Affinity>>
  readonly key: Key
}

/** All rows, and those that there is a reason to leave out. Every seed has a trial in each. */
export const comparedSets = (
  asked: SetsAsked
): { readonly rows: readonly SetRow[]; readonly leftOut: readonly LeftOut[] } => {
  const { labels, seeds, pick, randomDraws, key, architectures } = asked
  const n = labels.chosen.length
  const k = groupsOf(labels.chosen).length
  const trials = (of: (seed: number) => readonly number[]): SetRow["trials"] =>
    Array.from({ length: seeds }, (_, seed) => ({ tasks: of(seed), seed, draw: 0 }))
  const ofEach = (name: "chosen" | "cosine") => trials((seed) => oneOfEach(asked, name, seed))
  const how = pick === "draw" ? "one task of each group" : "the medoid of each group"
  const random = `${counted(k, "random task")}`
  const whole = k === n
  const all = trials(() => labels.chosen.map((_, task) => task))
  return {
    rows: [
      { kind: "chosen", method: how, trials: ofEach("chosen") },
      { kind: "all", method: `all ${n} tasks`, trials: all },
      ...architectures.map((architecture) => ({
        kind: "architecture" as const,
        method: `all ${n} tasks by ${architecture}`,
        trials: all.map((t) => ({ ...t, architecture }))
      })),
      { kind: "similarity", method: `${how} by gradient similarity`, trials: ofEach("cosine") },
      ...(whole
        ? []
        : [{ kind: "random", method: random, trials: randomTrials(n, k, seeds, randomDraws, key) } as const])
    ],
    leftOut: whole ? [{ method: random, why: `they are all ${n} tasks` }] : []
  }
}

/** Equal groups give equal tasks, whatever they were made by: their trainings are shared. */
const oneOfEach = (
  { labels, affinities, pick, key }: SetsAsked,
  name: "chosen" | "cosine",
  seed: number
): readonly number[] => {
  const drawing = stream(child(key, "one of each group", seed))
  const { n, values } = affinities[name]
  return groupsOf(labels[name])
    .map((members) => (pick === "medoid" ? medoid(n, values, members) : members[integers(drawing, 0, members.length)]!))
    .sort((a, b) => a - b)
}

/** Draws are dealt out to the seeds in turn, so that each is trained once, and every seed has one. */
const randomTrials = (n: number, k: number, seeds: number, draws: number, key: Key): SetRow["trials"] =>
  Array.from({ length: Math.max(seeds, draws) }, (_, i) => {
    const draw = i % draws
    const order = Array.from(permutation(stream(child(key, "random tasks", draw)), n))
    return { tasks: order.slice(0, k).sort((a, b) => a - b), seed: i % seeds, draw }
  })
