/** The page on bilevel meta-learning says what its kept cells say. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { Schema } from "effect"
import { Cell } from "../../experiments/bilevel/cell.ts"
import { algs, paper, variances } from "../../experiments/bilevel/lakes.ts"
import { locomotionTable, Rows } from "../../experiments/bilevel/locomotion.ts"
import { constantTable, gapTable, holds, returnTable } from "../../experiments/bilevel/tables.ts"

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")
const Cells = Schema.fromJsonString(Schema.Array(Cell))
const cells = Schema.decodeSync(Cells)(read("experiments/results/bilevel-frozenlake/cells.json"))
const page = read("docs/bilevel.md")
const plain = (text: string) => text.replaceAll(/[ -]+/g, " ")

test("every cell of the experiment on frozen lakes is kept: two variances, three algorithms, ten seeds", () => {
  const names = cells.map((c) => `${c.variance} ${c.alg} ${c.seed}`)
  assert.equal(new Set(names).size, Object.keys(variances).length * algs.length * paper.seeds)
})

test("every bound is above its gap at every point of every seed", () => {
  for (const { variance, alg, seed, points, theorem } of cells)
    for (const p of [...points, ...theorem.points])
      for (const kind of ["instance", "theorem", "varianceInstance", "varianceTheorem"] as const)
        assert.ok(
          p[kind] >= p.gap - 1e-8,
          `${variance}, Alg(${alg}), seed ${seed}, ${kind}: ${p[kind]} beside ${p.gap}`
        )
})

test("the page's tables are those of the cells, and so is what it says that held", () => {
  for (const table of [gapTable(cells), returnTable(cells), constantTable(cells)])
    for (const row of table.split("\n").slice(2)) assert.ok(plain(page).includes(plain(row)), row)
  const counted = holds(cells).map((line) => /(\d+ of \d+)/.exec(line)?.[1] ?? assert.fail(line))
  assert.deepEqual(counted, [
    "1500 of 1500",
    "1500 of 1500",
    "1500 of 1500",
    "1500 of 1500",
    "60 of 60",
    "240 of 240",
    "1260 of 1260",
    "1213 of 1260",
    "4 of 60",
    "60 of 60",
    "2 of 60",
    "33 of 60"
  ])
  for (const said of ["1500 of 1500", "60 of 60", "240 of 240", "47 of 1260", "4 of 60", "58 of 60", "33 of 60"])
    assert.ok(page.includes(said) || page.replaceAll("\n", " ").replaceAll("  ", " ").includes(said), said)
})

test("the page's table of half-cheetahs is that of the rows that are kept, three seeds of each learner", () => {
  const rows = Schema.decodeSync(Rows)(read("experiments/results/bilevel-locomotion/rows.json"))
  const names = rows.map((r) => `${r.learner} ${r.seed}`)
  assert.deepEqual(new Set(names).size, 4 * 3)
  for (const row of locomotionTable(rows).split("\n").slice(2)) assert.ok(plain(page).includes(plain(row)), row)
})
