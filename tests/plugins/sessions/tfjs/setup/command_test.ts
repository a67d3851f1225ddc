import assert from "node:assert/strict"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { pgex } from "../../../../support/pgex.ts"

test("pgex setup tensorflow fails in one sentence where there is no such Python, and with --json as data", () => {
  const root = mkdtempSync(join(tmpdir(), "pgex-setup-"))
  try {
    const folder = join(root, "build")
    const { code, stdout, stderr } = pgex(["setup", "tensorflow", "--python", "/no/python", "--dir", folder, "--json"])
    assert.equal(code, 1)
    assert.match(stderr, /^pgex: Cannot find Python with pip: want \/no\/python, got no such program; install Python/)
    assert.equal(JSON.parse(stdout).error.reason, "no-python")
    assert.ok(!existsSync(join(folder, "build.json")))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})
