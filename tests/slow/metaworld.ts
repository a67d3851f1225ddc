/** Success rates of hand-written policies over 100 goals a task, beside those in Python's metaworld: docs/metaworld.md has them. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { stream, zeroKey } from "../../core/random/mod.ts"
import { mt10 } from "../../plugins/metaworld/mt10.ts"
import type { MetaworldTask } from "../../plugins/metaworld/task.ts"
import { benchmarkVectors } from "../../plugins/metaworld/vectors.ts"
import { dynamicsFor, unavailable } from "../plugins/metaworld/pack.ts"
import { policies } from "../plugins/metaworld/policies.ts"

/** Episodes that succeed in any of 500 steps, of the 50 goals of MT1(name, 0) and the 50 of MT1(name, 1): metaworld 3.1.1. */
const inPython: Readonly<Record<string, number>> = {
  "reach-v3": 100,
  "push-v3": 100,
  "pick-place-v3": 100,
  "door-open-v3": 93,
  "drawer-open-v3": 100,
  "drawer-close-v3": 100,
  "button-press-topdown-v3": 100,
  "peg-insert-side-v3": 86,
  "window-open-v3": 100,
  "window-close-v3": 100
}

const GOALS = 100

const isSolved = (task: MetaworldTask, vector: Float64Array): boolean => {
  const d = dynamicsFor(task, [vector])
  const state = new Float64Array(d.stateSize)
  const seen = new Float64Array(39)
  const source = stream(zeroKey)
  const outcome = { reward: 0, terminated: false }
  d.reset(state, 0, source)
  for (let t = 0; t < 500; t++) {
    d.observe(state, 0, seen, 0)
    d.step(state, 0, Float64Array.from(policies[task.id]!(seen)), source, outcome)
    if (d.solved?.(state, 0) === true) return true
  }
  return false
}

for (const task of mt10)
  test(`the hand-written policy of ${task.id} succeeds as often as in Python`, unavailable, () => {
    const goals = [0, 1].flatMap(
      (seed) =>
        Either.getOrElse((): readonly (readonly Float64Array[])[] => [])(benchmarkVectors([task], seed))[0] ?? []
    )
    assert.equal(goals.length, GOALS)
    const solved = goals.filter((vector) => isSolved(task, vector)).length
    console.log(`${task.id}: ${solved} of ${GOALS}, in Python ${inPython[task.id]}`)
    // Two proportions of 100: three standard deviations of their difference, and one for a rate of 1.
    const rate = (solved + inPython[task.id]!) / (2 * GOALS)
    const deviation = Math.sqrt(2 * GOALS * rate * (1 - rate))
    assert.ok(Math.abs(solved - inPython[task.id]!) <= 1 + 3 * deviation, `${solved} of ${GOALS}`)
  })
