/** Whole runs end in the bytes that they have always ended in: five to ten minutes of one core. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { pgex } from "../support/pgex.ts"

const tiny = fileURLToPath(new URL("../fixtures/digests/tiny.json", import.meta.url))

/** The budget of trainings by which these digests were first found: a policy of more tasks is updated more often. */
const budget = ["truth", "groupTraining"].flatMap((stage) => ["--set", `${stage}.budget=steps`])

/**
 * Digests of all artefacts, by what `pgex run` is given. They are the same on every machine, and change only with a
 * numbers: line in the changelog.
 */
const digests: readonly (readonly [args: readonly string[], digest: string])[] = [
  [["quick"], "44b91e6e605b1ec2dc20e2b78b8c860ffd387b913cefcedda958a9a3828e04a1"],
  [["navigation"], "ef2a8b69cdca22ca86f4d1f040a3eadf6669310e8a4324000142cb613c315c07"],
  [["pendulum"], "7ba4a8af3d8ae2203bd9effd292e3598b35b546bac60a9222cbe7793a46c566b"],
  [[tiny, "--set", "algorithm.id=maml-trpo"], "c57cf4b0bdfb77a0d0791e1cc32cb06d0918b7505e9f84f5a962f09e20ee097d"]
]

for (const [args, digest] of digests)
  test(`pgex run ${args.join(" ").replace(tiny, "tiny.json")} leaves the bytes that it always left`, () => {
    const folder = mkdtempSync(join(tmpdir(), "pgex-"))
    try {
      const all = ["run", ...args, ...budget, "--session", "wasm", "--quiet", "--json", "--out", join(folder, "run")]
      const { code, stdout, stderr } = pgex(all)
      assert.equal(code, 0, stderr)
      assert.equal(JSON.parse(stdout).receipts.digest, digest)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
