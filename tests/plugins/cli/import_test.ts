import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { pgex } from "../../support/pgex.ts"
import { bytesOf, reference } from "../exchange/support.ts"

test("pgex import says what a policy's file holds, and writes it as one of ours that says the same", () => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-import-"))
  try {
    const { file, moments } = reference.cases.find((c) => c.moments !== undefined) ?? assert.fail()
    const [zip, pkl, out] = ["policy.zip", "vec_normalize.pkl", "policy.safetensors"].map((name) => join(folder, name))
    writeFileSync(zip!, bytesOf(file))
    writeFileSync(pkl!, bytesOf(moments ?? ""))
    const { stdout, stderr, code } = pgex(["import", zip!, "--moments", pkl!, "--out", out!])
    assert.equal(code, 0, stderr)
    assert.match(
      stdout,
      /a policy by Stable-Baselines3\n3 inputs, normalised; 6 relu, 6 relu; 1 output.* of a gaussian; 74 parameters\nvalue function: 6 relu, 6 relu/
    )
    assert.ok(readFileSync(out!).length > 600)
    const { by, ...again } = JSON.parse(pgex(["import", out!, "--json"]).stdout)
    const { by: theirs, ...first } = JSON.parse(pgex(["import", zip!, "--moments", pkl!, "--json"]).stdout)
    assert.deepEqual([by, theirs], ["policygradex", "Stable-Baselines3"])
    assert.deepEqual({ ...again, file: "", training: null }, { ...first, file: "", training: null })
    const wrong = pgex(["import", pkl!])
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /^pgex: Cannot read .*vec_normalize\.pkl: want /)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
