import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")

test("the README's example is experiments/group_cartpole.ts, at most 30 lines", () => {
  const file = read("experiments/group_cartpole.ts")
  const code = file.slice(file.indexOf("import "))
  assert.ok(file.split("\n").length <= 31)
  assert.ok(read("README.md").includes(`\`\`\`ts\n${code}\`\`\``))
})

test("the README's table of dependencies names each package of package.json", () => {
  const { dependencies, devDependencies } = JSON.parse(read("package.json"))
  const table = read("README.md").split("## Dependencies")[1]?.split("\n## ")[0] ?? ""
  for (const name of Object.keys({ ...dependencies, ...devDependencies }))
    assert.ok(table.includes(`\`${name}\``), name)
})
