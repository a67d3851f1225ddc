import assert from "node:assert/strict"
import { test } from "node:test"
import { inFolder, transitions, writeNpz } from "../plugins/runs/given.ts"
import { pgex } from "../support/pgex.ts"

test("pgex group reads a policy and packed transitions of Python, and finds two groups", () =>
  inFolder("ppo_cartpole", (folder, policy) => {
    const data = writeNpz(folder, transitions("ppo_cartpole"), 6)
    const { code, stdout, stderr } = pgex(["group", data, "--policy", policy, "--json"], "", { PGEX_SESSION: "wasm" })
    assert.equal(code, 0, stderr)
    assert.deepEqual(JSON.parse(stdout).grouping.labels, [0, 1, 0, 1])
  }))
