/** Two thousand damaged inputs of each reader, within the memory of a small machine. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { targets } from "../fuzz/targets.ts"
import { fuzz } from "../support/fuzz.ts"

for (const target of targets) {
  test(`${target.name}: 2,000 damaged inputs give values or errors that say what is wrong`, () => fuzz(target, 2000))
}

test("all of this took less than a gigabyte of memory", () => {
  const kilobytes = process.resourceUsage().maxRSS
  assert.ok(kilobytes < 2 ** 20, `${kilobytes} kB`)
})
