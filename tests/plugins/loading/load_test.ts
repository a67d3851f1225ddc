import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import { stream, zeroKey } from "../../../core/random/mod.ts"
import { inFolder, load, moduleText } from "./support.ts"

const good = moduleText("good", "Good-v0")

const broken: readonly (readonly [what: string, text: string, want: RegExp])[] = [
  ["has a syntax error", "export default {\n  name: 'x'\n", /syntax error.*line [23]/],
  ["throws while it loads", 'throw new Error("no display")\nexport default {}', /its throw, Error: no display/],
  ["has no default export", "export const plugin = {}", /want a default export, got only plugin; export default/],
  [
    "is of another contract",
    'export default { policygradex: 7, name: "x", version: "1" }',
    /contract 1, got contract 7/
  ],
  ["is no object", "export default 3", /want an object, got 3; export default definePlugin/],
  ["imports what is not there", 'import x from "./no_such.ts"\nexport default x', /want its imports/],
  ["misspells a key", 'export default { policygradex: 1, name: "x", version: "1", environmets: [] }', /"environments"/],
  ["claims a shipped id", moduleText("x", "CartPole-v1"), /environments CartPole-v1.*comes with policygradex/]
]

for (const [what, text, want] of broken)
  test(`a plugin that ${what} is reported by name, and others work`, () =>
    inFolder({ "bad.ts": text, "good.ts": good }, async (folder) => {
      const { plugins, problems, registry } = await load(["./bad.ts", "./good.ts"], folder)
      assert.deepEqual([problems.length, problems[0]?._tag, problems[0]?.plugin], [1, "PluginError", "./bad.ts"])
      assert.match(problems[0]?.message ?? "", want)
      assert.deepEqual(
        plugins.map((p) => p.name),
        ["good"]
      )
      assert.equal(registry.environments.at(-1)?.id, "Good-v0")
    }))

test("of two plugins that claim one id the first stays, and the error names both", () =>
  inFolder({ "a.ts": good, "b.ts": moduleText("b", "Good-v0"), "c.ts": moduleText("c", "C-v0") }, async (folder) => {
    const { plugins, problems } = await load(["./a.ts", "./b.ts", "./c.ts"], folder)
    assert.deepEqual(
      plugins.map((p) => p.name),
      ["good", "c"]
    )
    assert.match(problems[0]?.message ?? "", /plugin \.\/b\.ts.*"Good-v0", which plugin \.\/a\.ts has; rename it/)
  }))

test("a plugin that is named twice is loaded once", () =>
  inFolder({ "a.ts": good }, async (folder) => {
    const { plugins, problems } = await load(["./a.ts", join(folder, "a.ts")], folder)
    assert.deepEqual([plugins.length, problems.length], [1, 0])
    assert.match(plugins[0]?.sha256 ?? "", /^[0-9a-f]{64}$/)
  }))

test("a file or package that is not there is said with where it was looked for, a folder with what is in it", () =>
  inFolder({ "world/plugin.ts": "", "empty/notes.txt": "" }, async (folder) => {
    const { problems } = await load(["./none.ts", "no-such-package", "./world/", "./empty"], folder)
    assert.match(problems[2]?.message ?? "", /want a module's file, got a folder; \.\/world\/plugin\.ts$/)
    assert.match(problems[3]?.message ?? "", /got a folder; name the file in it$/)
    assert.match(problems[0]?.message ?? "", /nothing at .*none\.ts/)
    assert.match(problems[1]?.message ?? "", /want an installed package.*npm install no-such-package/)
  }))

const manifest = (name: string, keywords: readonly string[]): string =>
  JSON.stringify({ name, type: "module", keywords, exports: { ".": { import: "./index.js" } } })

test("a project's dependencies with the keyword are plugins, by their name or of themselves", () => {
  const files = {
    "package.json": JSON.stringify({ dependencies: { one: "1", other: "1" } }),
    "node_modules/one/package.json": manifest("one", ["policygradex-plugin"]),
    "node_modules/one/index.js": moduleText("one", "One-v0"),
    "node_modules/other/package.json": manifest("other", []),
    "node_modules/other/index.js": "throw new Error('loaded')"
  }
  return inFolder(files, async (folder) => {
    for (const { plugins, problems } of [await load(["one"], folder), await load([], folder, true)]) {
      assert.deepEqual(problems, [])
      assert.deepEqual(
        plugins.map((p) => [p.name, p.from]),
        [["one", "one"]]
      )
    }
  })
})

test("what a plugin throws in use names plugin, environment and function; a wrong size says expected and got", () => {
  const lying = good.replaceAll("Good-v0", "Lying-v0").replace("observationSize: 1", "observationSize: 3")
  const throwing = moduleText("t", "Throws-v0", 'throw new RangeError("off the map")')
  return inFolder({ "lying.ts": lying, "throwing.ts": throwing }, async (folder) => {
    const { registry } = await load(["./lying.ts", "./throwing.ts"], folder)
    const [a, b] = registry.environments.slice(-2)
    const made = a?.make({})
    assert.ok(made?._tag === "Left" && made.left._tag === "EnvironmentError")
    assert.match(made.left.message, /observationSize of Lying-v0: want 1, .*, got 3/)
    const d = b?.make({})
    assert.ok(d?._tag === "Right")
    const step = () =>
      d.right.step(new Float64Array(1), 0, Float64Array.of(1), stream(zeroKey), {
        reward: 0,
        terminated: false
      })
    assert.throws(step, /step\(\) of Throws-v0, from plugin t: .*RangeError: off the map/)
  })
})
