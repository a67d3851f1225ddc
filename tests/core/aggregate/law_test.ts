/** Every combination keeps to its laws. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { aggregator, aggregatorLaws, aggregators, caGrad, type WeighedBy } from "../../../core/aggregate/mod.ts"

for (const a of [...aggregators, caGrad({ c: 1.5 })])
  for (const { name, check } of aggregatorLaws(a)) test(`${a.id}: ${name}`, () => assert.equal(check(), undefined))

test("weights that go by more than they are said to are told", () => {
  const broken = (by: WeighedBy) =>
    aggregatorLaws(
      aggregator({
        id: "lengths",
        summary: "",
        by,
        weights: ({ tasks: n, gram }) => gram.filter((_, p) => p % (n + 1) === 0)
      })
    ).flatMap(({ name, check }) => (check() === undefined ? [] : [name]))
  assert.ok(!broken("gradients").some((name) => name.includes("alone")))
  assert.ok(broken("losses").includes("weights go by losses alone"))
  assert.ok(broken("tasks").includes("weights go by tasks alone"))
})
