import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { pgex } from "../../support/pgex.ts"
import { inFolder, transitions, writeNpz } from "../runs/given.ts"

const session = { PGEX_SESSION: "wasm" }

test("pgex group leaves a run with a report, replaces one with --force alone, and nothing of rows that it refuses", () =>
  inFolder("cleanrl_discrete", (folder, policy) => {
    const rows = transitions("cleanrl_discrete")
    const out = join(folder, "mine")
    const group = (...more: readonly string[]) =>
      pgex(["group", join(folder, "rows.npz"), "--policy", policy, "--out", out, "--quiet", ...more], "", session)
    writeNpz(folder, { ...rows, action: [new Float32Array(640).fill(2), [640]] })
    const refused = group()
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /want whole actions from 0 to 1/)
    assert.equal(existsSync(out), false)
    for (const key of ["network.id=film", "aggregator.id=pcgrad", "family.n=3"])
      assert.match(
        group("--set", key).stderr,
        /use --set: want a value of the estimates, got (network|aggregator|family); leave it out/
      )
    assert.equal(existsSync(out), false)
    writeNpz(folder, rows)
    const { code, stdout, stderr } = group("--k", "3")
    assert.equal(code, 0, stderr)
    assert.match(stdout, /4 tasks fall into 3 groups/)
    assert.match(readFileSync(join(out, "report.html"), "utf8"), /4 tasks fall into 3 groups/)
    assert.match(group().stderr, /got one with files; choose another --out, or give --force to replace it$/m)
    assert.match(group("--force").stdout, /4 tasks fall into 2 groups/)
    const again = pgex(["run", join(out, "run.json"), "--out", join(folder, "again")])
    assert.equal(again.code, 1)
    assert.match(again.stderr, /got transitions that were given.*; pgex group does it again/)
    assert.match(group("--force", "--k", "5").stderr, /want at most the 4 tasks of the rows, got 5/)
  }))
