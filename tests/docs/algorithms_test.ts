import assert from "node:assert/strict"
import { test } from "node:test"
import { followPage } from "./page.ts"

test("every block of docs/algorithms.md does what the page says", () => {
  assert.equal(followPage("algorithms.md"), 5)
})
