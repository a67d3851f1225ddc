import assert from "node:assert/strict"
import { test } from "node:test"
import { headline } from "../../../pipeline/result/headline.ts"

const none = [0, 0, 0]
const labels = { chosen: [0, 0, 1], centred: none, gain: none, eq5: none, cosine: none, random: none }
const config = { grouping: { k: "auto" } } as const
const given = { config, tasks: [1, 2, 3], planted: [1, 1, 0], grouping: { k: 2, labels } }
const judged = { kind: "pay", text: "They pay." } as const

test("a headline names the groups, the planted ones where there are any, and what they are worth", () => {
  assert.equal(headline(given, judged), "3 tasks fall into 2 groups. They are exactly the planted groups. They pay.")
  assert.equal(headline({ ...given, planted: undefined }, undefined), "3 tasks fall into 2 groups.")
})

test("a decision that is open or equal is the first sentence, a clear one is none", () => {
  const after = headline(given, judged)
  const decided = (certainty: "clear" | "equal" | "open", text: string) =>
    headline({ ...given, grouping: { ...given.grouping, decision: { certainty, text } } }, judged)
  assert.equal(decided("clear", ""), after)
  assert.equal(decided("open", "not enough transitions to tell"), `Not enough transitions to tell. ${after}`)
  assert.equal(decided("equal", "it makes no difference: a and b"), `It makes no difference: a and b. ${after}`)
})

test("where every task is to be a group of its own that is no finding", () =>
  assert.equal(
    headline(
      {
        ...given,
        config: { grouping: { k: 3 } },
        planted: undefined,
        grouping: { k: 3, labels: { ...labels, chosen: [0, 1, 2] } }
      },
      judged
    ),
    "Each of 3 tasks is a group of its own, as was asked. They pay."
  ))

test("where every task is a group of its own no grouping is claimed", () =>
  assert.equal(
    headline({ ...given, planted: undefined, grouping: { k: 3, labels: { ...labels, chosen: [0, 1, 2] } } }, judged),
    "No two of 3 tasks should share a policy: each is a group of its own. They pay."
  ))

test("groups that would be arbitrary are no result", () =>
  assert.equal(
    headline({ ...given, grouping: { ...given.grouping, indifference: "these tasks do not differ" } }, judged),
    "These tasks do not differ, so all are one."
  ))
