/** Groupings, misused. Nothing runs. */
import { type GroupingRequest, group, partition } from "../../core/grouping/mod.ts"
import { stream, zeroKey } from "../../core/random/mod.ts"
import type { GroupingPlugin } from "../../pipeline/mod.ts"

const rows = [
  [1, 0],
  [0, 1]
]
const source = stream(zeroKey)

export const byNumber: GroupingRequest = { method: "sdp", k: 2, stream: source }
export const byPrice: GroupingRequest = { method: "sdp", lambda: 0.5, stream: source }

// @ts-expect-error: a number of groups or a price, not both
export const byBoth: GroupingRequest = { method: "sdp", k: 2, lambda: 0.5, stream: source }

// @ts-expect-error: a number of groups or a price
export const byNeither: GroupingRequest = { method: "sdp", stream: source }

// @ts-expect-error: no such method
export const byAnotherMethod: GroupingRequest = { method: "k-means", k: 2, stream: source }

// @ts-expect-error: whatever draws takes a stream, not a function that draws
export const byChance: GroupingRequest = { method: "sdp", k: 2, stream: Math.random }

export const theFailureFirst = () =>
  // @ts-expect-error: what may be an error is looked at first
  group(rows, byNumber).labels

export const labelsOfText = () =>
  // @ts-expect-error: labels are numbers
  partition(["a", "a", "b"])

// @ts-expect-error: a grouping gives one number a task, not groups
export const aPluginThatGivesGroups: GroupingPlugin = { id: "mine", summary: "", group: () => [[0, 1], [2]] }
