import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import type { Gymnasium } from "../../../plugins/gymnasium/mod.ts"
import { bridge, skip } from "./support.ts"

const source = bridge()
after(() => source.close())

const refusal = (from: Gymnasium, id: string): string => {
  const found = from.environment(`gymnasium:${id}`)
  return Either.isLeft(found) ? found.left.message : "found"
}

/** What is wrong with an id, and what the one sentence must say. */
const wrong: readonly (readonly [name: string, id: string, says: RegExp])[] = [
  ["no id at all", "", /want an id that this Python's gymnasium knows(; not installed|$)/],
  ["an id that resembles none", "no-such-thing-anywhere-v0", /knows(; not installed, and may have it: [\w, ]+)?$/],
  [
    "a module that is not there",
    "no_module:World-v0",
    /want a module no_module, got No module named 'no_module'; it is/
  ],
  [
    "a misspelt argument of a constructor",
    "oddities:odd/Counting-v0?strat=1",
    /Cannot give argument "strat" .*want one of label, max_episode_steps, start; did you mean "start"\?$/
  ],
  [
    "a missing argument of a constructor",
    "oddities:odd/Demanding-v0",
    /want an argument task for its constructor, got none; say it with the id: .*Demanding-v0\?task=…$/
  ],
  [
    "a package that an environment needs",
    "oddities:odd/Needy-v0",
    /want what .*Needy-v0 needs, got Rocks is not installed$/
  ]
]

for (const [name, id, says] of wrong)
  test(`gymnasium() tells in a sentence of ${name}`, { skip }, () => {
    const message = refusal(source, id)
    assert.match(message, says)
    assert.equal(message.split("\n").length, 1)
  })

test("gymnasium() tells what a package lacks that knows the id", { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-packages-"))
  for (const name of ["metaworld", "mo_gymnasium", "highway_env"])
    writeFileSync(join(folder, `${name}.py`), "import no_such_part\n")
  const without = bridge({ variables: { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" } })
  assert.match(refusal(without, "minecart-v0"), /; mo_gymnasium cannot be imported: No module named 'no_such_part'/)
  assert.match(
    refusal(without, "Meta-World/MT10"),
    /want the package metaworld, got No module named 'no_such_part'; .*pip install/
  )
  without.close()
  rmSync(folder, { recursive: true })
})
