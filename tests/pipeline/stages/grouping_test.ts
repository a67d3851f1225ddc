/** Groups by worth go by what is predicted of them, whatever an affinity tells. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { zeroKey } from "../../../core/random/mod.ts"
import { groupTasks } from "../../../pipeline/internal.ts"

const n = 3
const nothing = { n, values: new Float64Array(n * n) }

const groupsBy = (method: string) =>
  Effect.runPromise(
    groupTasks([])({
      taskIds: ["a", "b", "c"],
      gradients: [
        [1, 0],
        [1, 0],
        [-1, 0]
      ],
      affinities: { centred: nothing, gain: nothing, eq5: nothing, cosine: nothing },
      chosen: "centred",
      method,
      count: { k: "auto" },
      worth: {
        start: [0, 0, 0],
        unit: "return",
        silent: [],
        curve: [
          [0, 0, 0],
          [0, 0, 1],
          [0, 1, 2]
        ].map((labels, i) => {
          const value = [10, 30, 25][i]!
          return { k: i + 1, labels, returns: [], value, low: value, high: value, shortfall: 30 - value, error: 0.1 }
        })
      },
      key: zeroKey
    })
  )

test("an affinity that tells no tasks apart, as of one subset of all, leaves groups by worth what they are", async () => {
  const { k, labels, indifference } = await groupsBy("worth")
  assert.deepEqual([k, labels.chosen, indifference], [2, [0, 0, 1], undefined])
})

test("groups by such an affinity would be arbitrary, so all are one", async () => {
  const { k, indifference } = await groupsBy("sdp")
  assert.equal(k, 1)
  assert.match(indifference ?? "", /do not tell these tasks apart/)
})
