import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect } from "effect"
import { logisticData, plantedAffinity } from "../../bench/data.ts"
import { suites } from "../../bench/suites/mod.ts"
import { key, zeroKey } from "../../core/random/mod.ts"

const peers = (name: string) => readFileSync(new URL(`../../bench/peers/${name}`, import.meta.url), "utf8")

test("suites have distinct names, none of them all", () => {
  const names = suites.map((s) => s.name)
  assert.equal(new Set(names).size, names.length)
  assert.ok(!names.includes("all"))
})

test("every peer package is pinned to one version", () => {
  const lines = peers("requirements.txt").trim().split("\n")
  assert.ok(lines.length > 5)
  for (const line of lines) assert.match(line, /^[a-z0-9-]+==\d+(\.\d+)+$/)
})

// The logistic suite draws its data for seconds; its one work has the same form.
for (const suite of suites.filter((s) => s.name !== "logistic")) {
  test(`${suite.name} has distinct works, and asks the peers for works they have`, async () => {
    const works = await Effect.runPromise(Effect.scoped(Effect.provide(suite.works, NodeServices.layer)))
    assert.ok(works.length > 0)
    assert.equal(new Set(works.map((w) => w.work)).size, works.length)
    for (const opponent of works.flatMap((w) => w.opponents)) {
      if (!("ask" in opponent)) continue
      const module = new RegExp(`"${opponent.ask.work}": "(\\w+)"`).exec(peers("peer.py"))?.[1]
      assert.match(peers(`${module}.py`), new RegExp(`^def ${opponent.ask.work}\\(`, "m"))
    }
  })
}

test("logisticData() and plantedAffinity() are decided by their key", () => {
  const size = { tasks: 4, rowsPerTask: 8, d: 5, subsets: 3 }
  const other = key(7)
  assert.deepEqual(logisticData(zeroKey, size), logisticData(zeroKey, size))
  assert.ok(other._tag === "Right")
  assert.notDeepEqual(logisticData(zeroKey, size).features, logisticData(other.right, size).features)
  const data = logisticData(zeroKey, size)
  assert.deepEqual([data.features.length, data.labels.length, data.weights.length], [160, 32, 32])
  assert.ok(data.labels.every((y) => Math.abs(y) === 1) && data.weights.every((w) => w >= 0))
  assert.ok(data.subsets.every((s) => s.length === 2 && s[0]! < s[1]!))
  const u = plantedAffinity(zeroKey, 6, 2, 0)
  for (let i = 0; i < 6; i++) for (let j = 0; j < 6; j++) assert.equal(u[6 * i + j], i % 2 === j % 2 ? 1 : 0)
})
