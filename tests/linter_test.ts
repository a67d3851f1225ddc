/** What the house leaves to its linter. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { test } from "node:test"
import { root } from "./support/house.ts"

test("no function has more than five parameters: more of them are a record that has no name yet", () => {
  const lint = [join(root, "node_modules/@biomejs/biome/bin/biome"), "lint", "--only=complexity/useMaxParams"]
  const run = (arg: string, input = "") => spawnSync(process.execPath, [...lint, arg], { cwd: root, input })
  const six = "export const six = (a, b, c, d, e, f) => a + b + c + d + e + f\n"
  assert.equal(run("--stdin-file-path=core/six.ts", six).status, 1, "biome.json has lost the rule")
  const { status, stdout, stderr } = run(".")
  assert.equal(status, 0, `${stdout}${stderr}`)
})
