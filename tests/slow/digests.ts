/** Whole runs end in the bytes that they have always ended in: five to ten minutes of one core. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { pgex } from "../support/pgex.ts"

const tiny = fileURLToPath(new URL("../fixtures/digests/tiny.json", import.meta.url))

/**
 * Digests of all artefacts, by what `pgex run` is given: a preset or a file, and settings. They are the same on every
 * machine, and change only with a numbers: line in the changelog.
 */
const digests: readonly (readonly [what: readonly [run: string, ...settings: string[]], digest: string])[] = [
  [["quick"], "40af980ff6a36b6abc4bcc34213758a49dffa1213d30110f9a84e9f43f52ace3"],
  [["navigation"], "4e2c9ef4b14fcc6b98eae51953ad28616023603b094be9fb23e2861ea75dae72"],
  // The whole of it takes longer than a test may.
  [
    [
      "pendulum",
      ...["meta.iterations=4", "surrogate.transitionsPerTask=1024", "truth.subsets=2", "truth.iterations=2"],
      ...["truth.repeats=1", "groupTraining.iterations=2", "groupTraining.seeds=1"]
    ],
    "94011df0542e7689c2acb80839e4131f1c5445db1c2768e9f37bacaa1bcb2dba"
  ],
  [[tiny, "algorithm.id=maml-trpo"], "9a26f2cc8d8caa5eeb276cce14d12e507773dd652dafe10dab8454c97b18823e"]
]

for (const [[run, ...settings], digest] of digests)
  test(`pgex run ${[run.replace(tiny, "tiny.json"), ...settings].join(" ")} leaves the bytes that it always left`, () => {
    const folder = mkdtempSync(join(tmpdir(), "pgex-"))
    try {
      const set = settings.flatMap((s) => ["--set", s])
      const all = ["run", run, ...set, "--session", "wasm", "--quiet", "--json", "--out", join(folder, "run")]
      const { code, stdout, stderr } = pgex(all)
      assert.equal(code, 0, stderr)
      assert.equal(JSON.parse(stdout).receipts.digest, digest)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
