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
 * Digests of all artefacts, by what `pgex run` is given. They are the same on every machine, and change only with a
 * numbers: line in the changelog.
 */
const digests: readonly (readonly [args: readonly string[], digest: string])[] = [
  [["quick"], "80de37532b2076ae979f2aa8e119eed11cf95c4047011bb49b989d36a4c992cd"],
  [["navigation"], "7bf46c9213f03752a0ad94382325edf217dbefa7f5d5e4c7a9f2238baeeb69f2"],
  [["pendulum"], "52286a9e7076f0434fc8b2a5121b87cc6ff9ba6f650192357df81302491e4c56"],
  [[tiny, "--set", "algorithm.id=maml-trpo"], "50dd7f41e8fba07c35263d2c5a1bd0db0981647ca49550dbbc649870d4c659d3"]
]

for (const [args, digest] of digests)
  test(`pgex run ${args.join(" ").replace(tiny, "tiny.json")} leaves the bytes that it always left`, () => {
    const folder = mkdtempSync(join(tmpdir(), "pgex-"))
    try {
      const all = ["run", ...args, "--session", "wasm", "--quiet", "--json", "--out", join(folder, "run")]
      const { code, stdout, stderr } = pgex(all)
      assert.equal(code, 0, stderr)
      assert.equal(JSON.parse(stdout).receipts.digest, digest)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
