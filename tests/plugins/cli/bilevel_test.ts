/** What bilevel meta-learning cannot work with is refused by the command, with its task, its numbers, and what mends it. */
import assert from "node:assert/strict"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { pgex } from "../../support/pgex.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
after(() => rmSync(folder, { recursive: true }))

const small = [
  ...["family.n=4", "session=wasm", "algorithm.id=bo-mrl", "network.layers=1", "network.width=4"],
  ...["meta.iterations=2", "meta.stepsPerTask=64", "meta.vector=4"]
]

/** The refusal of a small run with these settings of the learner. */
const refusal = (name: string, ...settings: readonly string[]): string => {
  const out = join(folder, name)
  const set = [...small, ...settings.map((s) => `algorithm.bo-mrl.${s}`)].flatMap((s) => ["--set", s])
  const { code, stdout, stderr } = pgex(["run", "quick", ...set, "--out", out, "--json"])
  assert.equal(code, 1, stderr)
  const { error }: { readonly error: { readonly message: string } } = JSON.parse(stdout)
  return error.message
}

test("an inner problem that is not solved is told with its task, its iteration and its gradient's norm", () => {
  assert.match(
    refusal("unsolved", "inner.iterations=2", "inner.tolerance=1e-3"),
    /^Cannot adapt to task=0,push=normal: want a gradient of at most 0\.001 of what it was at the meta-policy, got .* of it, a gradient of norm [\d.e-]+, in iteration 0; take more inner\.iterations/
  )
})

test("an indefinite curvature is told with its smallest eigenvalue, and the damping that would mend it", () => {
  const lambda = 1e-3
  const message = refusal("indefinite", `inner.lambda=${lambda}`, "hypergradient.damping=0")
  const [, task, eigenvalue, damping] =
    /^Cannot differentiate the adaptation to (\S+): want .* got one whose smallest eigenvalue is (-[\d.e-]+), in iteration 0; a hypergradient\.damping of ([\d.e+]+) would make it so/.exec(
      message
    ) ?? assert.fail(message)
  assert.ok(task!.startsWith("task="))
  // Damping is in units of λ; a tenth more than what makes the eigenvalue 0.
  assert.ok(Math.abs((Number(damping) * lambda) / (-1.1 * Number(eigenvalue)) - 1) < 0.01, message)
})

test("a weight of the distance that is not above 0 is refused before anything is written", () => {
  assert.match(refusal("weight", "inner.lambda=0"), /inner\.lambda.*got 0/)
  assert.ok(!existsSync(join(folder, "weight")))
})
