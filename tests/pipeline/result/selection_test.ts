/** What is said of the choice: no more than the intervals of the returns support. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { selectionOf } from "../../../pipeline/result/selection.ts"
import type { SetReturns } from "../../../pipeline/result/set_returns.ts"
import type { SetKind } from "../../../pipeline/stages/sets.ts"
import { presets } from "../../../plugins/config/mod.ts"

const { selection } = presets.quick ?? assert.fail("there is no preset quick")

const names: Readonly<Record<SetKind, string>> = {
  chosen: "one task of each group",
  similarity: "one task of each group by gradient similarity",
  random: "2 random tasks",
  all: "all 4 tasks",
  architecture: "all 4 tasks by paco"
}

/** A row whose trials reached these means; its sets are of other tasks than those of rows of another kind. */
const row = (kind: SetKind, means: readonly number[], tasks: readonly number[] = [names[kind].length]): SetReturns => ({
  kind,
  method: names[kind],
  trials: means.map((m, seed) => ({
    tasks,
    seed,
    draw: kind === "random" ? seed : 0,
    returns: [m - 1, m + 1],
    curve: [0, Number.NaN, m],
    operations: 10,
    steps: 20,
    parameters: 7
  }))
})

const judged = (...rows: readonly SetReturns[]) =>
  selectionOf({ config: { selection }, selection: { rows, leftOut: [], unseen: 2 } }) ?? assert.fail("nothing is said")

const low = [10, 11, 12]
const high = [30, 31, 32]

test("the choice pays where it is clearly above every other set", () => {
  const { selection: s, text } = judged(row("chosen", high), row("all", low), row("random", low))
  assert.equal(s.verdict, "pays")
  assert.deepEqual(
    s.rows.map((r) => [r.kind, r.meanReturn.value]),
    [
      ["chosen", 31],
      ["all", 11],
      ["random", 11]
    ]
  )
  assert.equal(s.rows[1]!.lessChosen?.value, -20)
  assert.equal(s.rows[0]!.lessChosen, undefined)
  assert.deepEqual(s.rows[0]!.curve, [0, null, 31])
  assert.deepEqual(s.rows[2]!.draws, { count: 3, low: 10, high: 12 })
  assert.match(
    text,
    /^On 2 unseen tasks, after 20 steps of adaptation, what maml learned from one task of each group reaches 31 \(29 to 33\), from all 4 tasks 11 \(8.52 to 13\), .*\. The choice by groups pays/
  )
})

test("a set that is clearly better is named, one that is not told apart too, and one that is the same is not counted", () => {
  const { selection: s, text } = judged(row("chosen", low), row("all", high), row("random", low))
  assert.equal(s.verdict, "better")
  assert.match(text, /More is learned from all 4 tasks\.$/)
  const told = judged(row("chosen", low), row("all", low), row("architecture", high, [names.all.length]))
  assert.match(told.text, /More is learned from all 4 tasks by paco\.$/)
  const whole = judged(row("chosen", high, [0, 1]), row("all", high, [0, 1]), row("architecture", low))
  assert.equal(whole.selection.verdict, "unknown")
  assert.match(whole.text, /No other tasks were learned from\. The same tasks are chosen as all 4 tasks\.$/)
  const open = judged(row("chosen", high), row("all", low), row("random", [29, 31, 33]))
  assert.equal(open.selection.verdict, "open")
  assert.match(open.text, /It is not shown that the choice by groups is better than 2 random tasks\.$/)
  const same = judged(row("chosen", high, [1]), row("similarity", high, [1]), row("all", low))
  assert.equal(same.selection.verdict, "pays")
  assert.match(same.text, /The same tasks are chosen as one task of each group by gradient similarity\.$/)
  assert.equal(same.selection.rows.find((r) => r.kind === "similarity")?.lessChosen?.value, 0)
})

test("one training of each set decides nothing, and a run that does not select says nothing", () => {
  assert.equal(judged(row("chosen", [30]), row("all", [1])).selection.verdict, "unknown")
  assert.equal(selectionOf({ config: { selection } }), undefined)
})
