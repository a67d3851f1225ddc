import assert from "node:assert/strict"
import { test } from "node:test"
import { type Forecast, forecastText } from "../../../pipeline/result/forecast.ts"

const n = 10
const point = (k: number) => ({
  k,
  labels: Array.from({ length: n }, (_, i) => Math.min(i, k - 1)),
  returns: new Array<number>(n).fill(100 + k),
  value: 100 + k,
  low: 50 + k,
  high: 150 + k,
  shortfall: 10 - k,
  error: 1
})
const worth = {
  start: new Array<number>(n).fill(22.25),
  unit: "return" as const,
  curve: Array.from({ length: n }, (_, i) => point(i + 1)),
  silent: []
}
const labels = (chosen: readonly number[]) => {
  const none = new Array<number>(n).fill(0)
  return { chosen, centred: none, gain: none, eq5: none, cosine: none, random: none }
}
const forecast: Forecast = {
  taskIds: Array.from({ length: n }, (_, i) => `length=${i + 0.5}`),
  worth,
  grouping: { k: 2, labels: labels([0, 0, 0, 1, 1, 1, 1, 1, 1, 1]), decision: { certainty: "clear", text: "" } }
}

test("a forecast tells the return of a few numbers of policies with intervals, the groups by short names, and what follows", () =>
  assert.equal(
    forecastText(forecast),
    `Mean return of 10 tasks by number of policies, with 95% intervals: predicted; the trainings that follow confirm it
  θ★ now       22
  1 policy     101 (51 to 151)
  2 policies   102 (52 to 152)  <- chosen
  3 policies   103 (53 to 153)
  4 policies   104 (54 to 154)
  5 policies   105 (55 to 155)
  10 policies  110 (60 to 160)
  group 1: 0.5  1.5  2.5
  group 2: 3.5  4.5  5.5  6.5  7.5  8.5  9.5
  (tasks by length=…)`
  ))

test("a forecast that is open says so", () => {
  const decision = { certainty: "open", text: "not enough transitions to tell one policy from 4" } as const
  const text = forecastText({ ...forecast, grouping: { ...forecast.grouping, decision } })
  assert.match(text, /\n {2}not enough transitions to tell one policy from 4$/)
})

test("tasks that say nothing are named, and what would make them speak", () => {
  const text = forecastText({ ...forecast, worth: { ...worth, silent: [1, 9] } })
  assert.match(text, /\n {2}nothing tells whom 1\.5, 9\.5 should learn with: .*a longer meta-training/)
})

test("a forecast in advantage a step says that, and has no return at the start", () => {
  const text = forecastText({ ...forecast, worth: { ...worth, unit: "gain" } })
  assert.match(text, /^Mean advantage a step of 10 tasks .*\n {2}1 policy /)
})

test("without a prediction the groups alone are told", () => {
  const text = forecastText({ ...forecast, worth: undefined })
  assert.match(text, /^Groups by the estimates; the trainings that follow confirm them:\n {2}group 1: 0\.5/)
  assert.doesNotMatch(text, /polic/)
})
