/** The rows of the comparison: every way of sharing policies that the tool's groups are held against. */
import { Schema } from "effect"
import { bestPartitions, randomGroups } from "../../core/grouping/mod.ts"
import { child, type Key, stream } from "../../core/random/mod.ts"

/**
 * What a row is: the tool's groups, as many groups by gradient similarity or at random, one policy for all, one that is told
 * its task, a policy for each task, and the best groups that there are.
 */
export const RowKind = Schema.Literals(["groups", "similarity", "random", "one", "told", "alone", "best"])
export type RowKind = typeof RowKind.Type

/** A row that a run does not have. */
export const LeftOut = Schema.Struct({ method: Schema.String, why: Schema.String })
export type LeftOut = typeof LeftOut.Type

/** A grouping that is trained once. */
interface Trial {
  readonly labels: readonly number[]
  readonly seed: number
  /** Which of several groupings of the row it is; 0 where there is one. */
  readonly draw: number
}

/** What a row is trained of. */
export interface Row {
  readonly kind: RowKind
  /** As people read it. */
  readonly method: string
  /** The groups; of several draws the first. */
  readonly labels: readonly number[]
  /** Of every seed at least one. */
  readonly trials: readonly Trial[]
}

export interface RowsAsked {
  /** Of the tool's groups. */
  readonly method: string
  readonly labels: Readonly<Record<"chosen" | "cosine" | "random", readonly number[]>>
  readonly seeds: number
  readonly randomDraws: number
  /** The most tasks of which all groups are trained. */
  readonly exhaustiveUpTo: number
  /** Why there is no policy that is told its task. */
  readonly untold: string | undefined
  readonly key: Key
}

/** All rows but for what can only be known when they are trained, and those that there is a reason to leave out. */
export const comparedRows = (
  asked: RowsAsked
): { readonly rows: readonly Row[]; readonly leftOut: readonly LeftOut[] } => {
  const { method, labels, seeds, untold, exhaustiveUpTo } = asked
  const n = labels.chosen.length
  const together = new Array<number>(n).fill(0)
  const row = (kind: RowKind, name: string, of: readonly number[]): Row => ({
    kind,
    method: name,
    labels: of,
    trials: Array.from({ length: seeds }, (_, seed) => ({ labels: of, seed, draw: 0 }))
  })
  const k = new Set(labels.chosen).size
  const onlyOne = k === 1 || k === n
  return {
    rows: [
      row("groups", `groups by ${method}`, labels.chosen),
      row("one", names.one, together),
      ...(untold === undefined ? [row("told", names.told, together)] : []),
      row(
        "alone",
        names.alone,
        labels.chosen.map((_, task) => task)
      ),
      row("similarity", names.similarity, labels.cosine),
      ...(onlyOne
        ? []
        : [{ kind: "random", method: names.random, labels: labels.random, trials: randomTrials(asked, k) } as const])
    ],
    leftOut: [
      ...(untold === undefined ? [] : [{ method: names.told, why: untold }]),
      ...(onlyOne
        ? [{ method: names.random, why: `${n} tasks make ${k === 1 ? "one group" : `${n} groups`} in one way` }]
        : []),
      ...(n <= exhaustiveUpTo
        ? []
        : [{ method: names.best, why: `${n} tasks are more than groupTraining.exhaustiveUpTo, ${exhaustiveUpTo}` }])
    ]
  }
}

const names = {
  one: "one policy for all",
  told: "one policy told its task",
  alone: "each task alone",
  similarity: "groups by gradient similarity",
  random: "random groups",
  best: "the best of all partitions"
} as const

/**
 * Draws are dealt out to the seeds in turn, so that each is trained once (and every seed has one): for equally many trainings
 * the mean over draws and seeds varies least so.
 */
const randomTrials = ({ labels, seeds, randomDraws, key }: RowsAsked, k: number): readonly Trial[] => {
  const draws = Array.from({ length: randomDraws }, (_, draw) => {
    if (draw === 0) return labels.random
    return Array.from(randomGroups(labels.chosen.length, k, stream(child(key, "random groups", draw))))
  })
  return Array.from({ length: Math.max(seeds, randomDraws) }, (_, i) => {
    const draw = i % randomDraws
    return { labels: draws[draw]!, seed: i % seeds, draw }
  })
}

/** All groups of n tasks. */
export const allGroups = (n: number): readonly (readonly number[])[] =>
  Array.from({ length: 2 ** n - 1 }, (_, i) => labelsOf(n).filter((task) => ((i + 1) >> task) & 1))

/** A label for each task. */
const labelsOf = (n: number): readonly number[] => Array.from({ length: n }, (_, task) => task)

/**
 * The partition that is best when all groups are trained; `returnOf` says what a group's tasks reached together with a seed.
 *
 * With several seeds each is judged by the partition that is best for the others: the best of many trainings is also the
 * luckiest, and would flatter itself.
 */
export const bestRow = (
  n: number,
  seeds: number,
  returnOf: (members: readonly number[], seed: number) => number
): Row => {
  const every = Array.from({ length: seeds }, (_, seed) => seed)
  const found = (judges: readonly number[]): readonly number[] => {
    const all = bestPartitions(n, (members) => judges.reduce((sum, seed) => sum + returnOf(members, seed), 0))
    const best = Math.max(...all.map((p) => p.value))
    // Of equal ones that of fewer policies.
    return all.find((p) => p.value === best)?.labels ?? []
  }
  const others = (seed: number): readonly number[] => (seeds > 1 ? every.filter((s) => s !== seed) : every)
  return {
    kind: "best",
    method: names.best,
    labels: found(every),
    trials: every.map((seed) => ({ labels: found(others(seed)), seed, draw: 0 }))
  }
}
