/** Every example of a docstring or a page compiles, runs, and gives what it says. */
import assert from "node:assert/strict"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { pathToFileURL } from "node:url"
import { API } from "typescript/unstable/async"
import { claims, examples, writeProject } from "./example.ts"

const { folder, paths } = writeProject(examples)

after(() => rmSync(folder, { recursive: true }))

test("there are examples, and most of them claim something", () => {
  assert.ok(examples.length > 40, `${examples.length}`)
  assert.ok(examples.filter((e) => claims(e) > 0).length > 40)
})

test("examples compile", async () => {
  const api = new API({ cwd: folder })
  const snapshot = await api.updateSnapshot({ openProjects: [join(folder, "tsconfig.json")] })
  const project = snapshot.getProjects()[0]
  assert.ok(project !== undefined)
  // Of the examples alone: the package itself is checked by whoever checks it.
  const asked = paths.map((path) => project.program.getSemanticDiagnostics(path))
  const found = (await Promise.all(asked)).map((all, i) => all.map(({ text }) => `${examples[i]!.at}: ${text}`))
  await api.close()
  assert.deepEqual(found.flat(), [])
})

for (const [i, example] of examples.entries())
  if (!example.slow)
    test(`the example at ${example.at} gives what it says`, async () => {
      const { href } = pathToFileURL(paths[i]!)
      assert.ok(await import(href))
    })
