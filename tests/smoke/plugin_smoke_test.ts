import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { pgex } from "../support/pgex.ts"

const puck = fileURLToPath(new URL("../plugins/loading/puck/plugin.ts", import.meta.url))

test("a plugin loads and keeps the laws on this runtime", () => {
  const { code, stdout } = pgex(["plugin", "check", puck, "--json"])
  const { plugin, findings } = JSON.parse(stdout)
  assert.deepEqual([code, plugin.name, findings], [0, "puck", []])
})

test("a plugin with a syntax error is reported with its place, and others work", () => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-"))
  try {
    const bad = join(folder, "bad.ts")
    writeFileSync(bad, "export default {\n  name: \n}")
    const { code, stdout, stderr } = pgex(["envs", "--plugin", bad, "--plugin", puck, "--json"])
    assert.equal(code, 0)
    assert.match(stderr, /Cannot load plugin .*bad\.ts.*syntax error: .*in line 3/)
    assert.equal(JSON.parse(stdout).environments.at(-1).id, "Puck-v0")
  } finally {
    rmSync(folder, { recursive: true })
  }
})
