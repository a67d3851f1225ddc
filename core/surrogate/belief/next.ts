/** Which group to train next: where the decision is hardest to make. */
import { type Belief, believe, memberReturns } from "./belief.ts"
import type { Parts } from "./contenders.ts"
import type { DecisionState } from "./decision_state.ts"
import { type Difference, resolver } from "./resolve.ts"

/**
 * The groups to train now; none once the decision is made: its groups were each trained once at least, and it was certain at the look
 * before too, with the same groups. A single look may be certain by luck, and it is the first such that ends.
 */
export const trainingsWanted = (
  b: Belief,
  now: DecisionState,
  before: DecisionState | undefined,
  count: number
): readonly number[] => {
  if (!now.certain) return nextGroups(b, now, count)
  const untrained = now.chosen.parts.filter((g) => !b.trainings.some((t) => t.group === g))
  if (untrained.length > 0) return untrained.slice(0, count)
  const again = before?.certain === true && before.chosen.labels.join() === now.chosen.labels.join()
  return again ? [] : nextGroups(b, now, count)
}

/** Rivals that are looked at, at most: those of the first draws, so that each counts by its probability. */
const RIVALS = 32

/**
 * The groups to train next, one after the other; a group may come twice.
 *
 * The chosen partition is held against those that are better by more than the margin in a draw of the belief. Of the groups
 * of all of them the one is trained whose outcome removes most of what is not known of these differences, each weighed by how
 * far ahead its rival is:
 *
 *     argmax_S Σ_d ahead_d r_d(S)/v_d,    v_d = Var(W(P_d) − W(P)),    r_d(S) = what of it a training of S removes
 *
 * The expected regret is the mean of ahead_d; a difference whose variance is gone adds nothing to it. Of several trainings at
 * a time the later ones are chosen as if the earlier ones had brought what is expected of them.
 *
 * - Source: Russo, Operations Research 68 (2020), 1625, top-two sampling, for which differences count; Fiez et al.,
 *   arXiv:1906.08399, for measuring where it narrows differences; Ginsbourger et al., "Kriging is well-suited to parallelize
 *   optimization" (2010), for several at a time.
 */
export const nextGroups = (b: Belief, { chosen, rivals, margin }: DecisionState, count: number): readonly number[] => {
  const others = rivals.filter(({ parts, ahead }) => ahead > 0 && parts.join() !== chosen.parts.join())
  const beyond = others.filter(({ ahead }) => ahead > margin)
  // Where nobody is clearly ahead any more those that are a little.
  const against = (beyond.length > 0 ? beyond : others).slice(0, RIVALS)
  const next: number[] = []
  for (let now = b; next.length < count; ) {
    const group = mostTelling(now, chosen.parts, against)
    next.push(group)
    const expected = { group, returns: memberReturns(now, group).mean }
    if (next.length < count) now = believe(now.prior, [...now.trainings, expected], now.scales)
  }
  return next
}

const mostTelling = (b: Belief, chosen: Parts, against: DecisionState["rivals"]): number => {
  const groups = [...new Set([...chosen, ...against.flatMap(({ parts }) => parts)])].sort((x, y) => x - y)
  const resolve = resolver(b, groups)
  // Where no draw has another partition, what the chosen one itself reaches is all that can be learnt.
  const rivals = against.length > 0 ? against : [{ parts: [], ahead: 1 }]
  const differences = rivals.map(({ parts, ahead }) => ({ ahead, of: between(groups, chosen, parts) }))
  const scores = groups.map((_, at) =>
    differences.reduce((sum, { ahead, of }) => {
      const { variance, removed } = resolve(at, of)
      return sum + (variance > 0 ? (ahead * removed) / variance : 0)
    }, 0)
  )
  return groups[scores.indexOf(Math.max(...scores))]!
}

/** Groups that both partitions have cancel. */
const between = (groups: readonly number[], chosen: Parts, other: Parts): Difference =>
  groups.flatMap((g, at) => {
    const sign = Number(other.includes(g)) - Number(chosen.includes(g))
    return sign === 0 ? [] : [{ at, sign }]
  })
