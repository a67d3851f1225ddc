import assert from "node:assert/strict"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { pgex } from "../../support/pgex.ts"
import { python, skip } from "./support.ts"

/** What is wrong with a command line, and what the one sentence must say. */
const wrong: readonly (readonly [
  name: string,
  args: string,
  variables: Readonly<Record<string, string>>,
  says: RegExp
])[] = [
  [
    "an absent Python",
    "envs show gymnasium:CartPole-v1 --python /no/python",
    {},
    /^pgex: Cannot run gymnasium:CartPole-v1: want a Python to run Gymnasium, got no program \/no\/python; install Python/
  ],
  [
    "what is no Python",
    "envs show gymnasium:CartPole-v1",
    { PGEX_PYTHON: "/bin/echo" },
    /^pgex: Cannot run gymnasium:CartPole-v1: want answers on its standard output, got ".*" there; print to/
  ]
]

test("pgex envs show tells what is without bounds in words", { skip }, () => {
  const variables = { PGEX_PYTHON: python ?? "", PYTHONPATH: fileURLToPath(new URL(".", import.meta.url)) }
  const { stdout } = pgex(["envs", "show", "gymnasium:oddities:odd/Endless-v0"], "", variables)
  assert.match(stdout, /lasts {4}until it ends itself, steps of 1 s/)
  assert.match(stdout, /start +0 \(any number\)/)
})

for (const [name, args, variables, says] of wrong)
  test(`pgex tells in a sentence of ${name}`, () => {
    const { code, stderr } = pgex(args.split(" "), "", variables)
    assert.equal(code, 1)
    assert.match(stderr, says)
    assert.equal(stderr.trimEnd().split("\n").length, 1)
  })

test("pgex suggests the nearest of Gymnasium's ids, and a run of it leaves nothing behind", { skip }, () => {
  const out = join(tmpdir(), "pgex-no-such-run")
  const args = ["run", "--out", out, "--json", "--set", "family.id=gymnasium:CartPol-v1"]
  const { code, stdout, stderr } = pgex(args, "", { PGEX_PYTHON: python ?? "" })
  assert.equal(code, 1)
  assert.match(stderr, /did you mean "gymnasium:CartPole-v1"\?/)
  const { error } = JSON.parse(stdout)
  assert.match(error.message, /Cannot find environment "gymnasium:CartPol-v1"/)
  assert.equal(existsSync(out), false)
})

test("pgex doctor says that a Python before 3.10 is too old", () => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-old-"))
  const old = join(folder, "python")
  const pretending = "import sys; sys.version_info, sys.version = (3, 9, 18), '3.9.18 (main)'; exec(sys.argv[1])"
  writeFileSync(old, `#!/bin/sh\nshift\nexec ${python ?? "python3"} -c "${pretending}" "$@"\n`, { mode: 0o700 })
  const { stdout } = pgex(["doctor"], "", { PGEX_PYTHON: old })
  rmSync(folder, { recursive: true })
  assert.match(stdout, /missing {2}Gymnasium +Python 3\.9\.18, .*; to get it: Python 3\.10 or newer, by --python PATH/)
})
