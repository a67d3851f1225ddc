import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { test } from "node:test"

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url)
const page = readFileSync(at("SECURITY.md"), "utf8")

test("every test that SECURITY.md names is there, and README.md names the page", () => {
  const named = [...page.matchAll(/`(tests\/[\w/]+_test\.ts)`/g)].map(([, path = ""]) => path)
  assert.ok(new Set(named).size >= 9)
  for (const path of named) assert.ok(existsSync(at(path)), path)
  assert.ok(readFileSync(at("README.md"), "utf8").includes("(SECURITY.md)"))
})
