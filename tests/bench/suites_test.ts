import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { suites } from "../../bench/suites/mod.ts"

test("suites have distinct names, none of them all", () => {
  const names = suites.map((s) => s.name)
  assert.equal(new Set(names).size, names.length)
  assert.ok(!names.includes("all"))
})

test("every peer package is pinned to one version", () => {
  const lines = readFileSync(new URL("../../bench/peers/requirements.txt", import.meta.url), "utf8")
    .trim()
    .split("\n")
  assert.ok(lines.length > 5)
  for (const line of lines) assert.match(line, /^[a-z0-9-]+==\d+(\.\d+)+$/)
})
