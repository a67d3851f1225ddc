import assert from "node:assert/strict"
import { test } from "node:test"
import { followPage } from "./page.ts"

test("every block of docs/environments.md does what the page says", () => {
  assert.ok(followPage("environments.md") >= 10)
})
