import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"

test("nearly all files of tests are timed, and no others: one that is not begins before the slowest", () => {
  const { files } = JSON.parse(readFileSync("tests/timings.json", "utf8"))
  const there = new Set(
    readdirSync("tests", { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith("_test.ts"))
      .map((path) => join("tests", path).replaceAll("\\", "/"))
  )
  const timed = Object.keys(files)
  assert.deepEqual(
    timed.filter((path) => !there.has(path)),
    []
  )
  assert.ok(timed.length > 0.9 * there.size, "npm test -- --update-timings times them anew")
})
