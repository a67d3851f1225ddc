/** Examples that make a whole run, each in a process of its own. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { after, test } from "node:test"
import { examples, writeProject } from "../docs/example.ts"

const slow = examples.filter((e) => e.slow)
const { folder, paths } = writeProject(slow)

after(() => rmSync(folder, { recursive: true }))

test("there is an example that makes a whole run", () => assert.ok(slow.length > 0))

for (const [i, { at }] of slow.entries())
  test(`the example at ${at} runs`, { timeout: 600_000 }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [paths[i]!], { cwd: folder, encoding: "utf8" })
    assert.equal(status, 0, stderr)
    assert.match(stdout, /\S/)
  })
