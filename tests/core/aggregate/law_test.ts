/** Every combination keeps to its laws. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { aggregatorLaws, aggregators, caGrad } from "../../../core/aggregate/mod.ts"

for (const a of [...aggregators, caGrad({ c: 1.5 })])
  for (const { name, check } of aggregatorLaws(a)) test(`${a.id}: ${name}`, () => assert.equal(check(), undefined))
