import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { test } from "node:test"

test("the slow tests that begin first are there", () => {
  const { files } = JSON.parse(readFileSync("tests/timings.json", "utf8"))
  assert.ok(Object.keys(files).length > 5)
  assert.deepEqual(
    Object.keys(files).filter((path) => !existsSync(path)),
    []
  )
})
