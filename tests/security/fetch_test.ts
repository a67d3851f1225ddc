/** Nothing is fetched, whatever is named: a registry of this machine counts what it is asked for. */
import assert from "node:assert/strict"
import { createServer } from "node:http"
import { join } from "node:path"
import { after, before, beforeEach, test } from "node:test"
import { bun, makeFolder, type Outcome, ours, pgexIn, skip, start } from "./support.ts"

const options = { skip }

const asked: string[] = []
const registry = createServer((request, response) => {
  asked.push(request.url ?? "")
  response.writeHead(404).end()
})
let variables: Readonly<Record<string, string>> = {}
let address = ""

before(async () => {
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve))
  const at = registry.address()
  address = `http://127.0.0.1:${typeof at === "object" ? at?.port : 0}/`
  const cache = makeFolder()
  variables = {
    BUN_CONFIG_REGISTRY: address,
    NPM_CONFIG_REGISTRY: address,
    npm_config_registry: address,
    JSR_URL: address,
    BUN_INSTALL_CACHE_DIR: join(cache, "bun"),
    DENO_DIR: join(cache, "deno")
  }
})
beforeEach(() => asked.splice(0))
after(() => registry.close())

const unfetched = async (outcome: Promise<Outcome>): Promise<Outcome> => {
  const ended = await outcome
  assert.deepEqual(asked, [], ended.err)
  return ended
}

const pgex = (args: readonly string[], cwd = makeFolder()) => unfetched(pgexIn(cwd, args, variables))

test("bun by itself does fetch what a program names, and the registry here sees it", options, async () => {
  const folder = makeFolder({ "a.ts": 'import "any-npm-name"', "b.ts": 'require.resolve("other-npm-name")' })
  await start(bun, ["a.ts"], folder, variables)
  await start(bun, ["b.ts"], folder, variables)
  assert.deepEqual(asked.map((url) => url.slice(1)).sort(), ["any-npm-name", "other-npm-name"])
})

/** A run directory that names plugins. */
const runOf = (plugins: readonly string[]) =>
  JSON.stringify({
    format: 1,
    policygradex: "0.1.0",
    startedAt: "",
    command: "pgex run",
    config: { preset: "quick", plugins },
    seed: 0,
    versions: {},
    machine: {}
  })

const files = { "r/run.json": runOf(["any-npm-name"]), "mine.json": JSON.stringify({ plugins: ["any-npm-name"] }) }

for (const [args, want] of [
  [["envs", "--plugin", "any-npm-name"], /Cannot load plugin any-npm-name: want an installed package/],
  [["algorithms", "--plugin", "@any/name/plugin"], /Cannot load plugin @any\/name\/plugin: want an installed/],
  [["plugin", "check", "any-npm-name"], /Cannot load plugin any-npm-name: want an installed package/],
  [["config", "--set", 'plugins=["a"]'], /Cannot load plugin a: want an installed package/],
  [["run", "mine.json", "--out", "o", "--set", "family.id=none"], /Cannot load plugin any-npm-name/],
  [["evaluate", "r"], /Cannot use the plugins that r\/run\.json names: .* got any-npm-name/],
  [["evaluate", "r", "--trust"], /Cannot load plugin any-npm-name/],
  [["export", "r", "--group", "1", "--onnx", "p.onnx"], /got any-npm-name/],
  [["config", "r/run.json"], /got any-npm-name/],
  [["run", "--resume", "--out", "r"], /got any-npm-name/]
] as const)
  test(`pgex ${args.join(" ")} fetches nothing`, options, async () => {
    assert.match((await pgex(args, makeFolder(files))).err, want)
  })

test("pgex doctor fetches nothing", options, async () => {
  assert.equal((await pgex(["doctor"])).code, 0)
})

test("names of plugins from which a runtime would fetch are refused, under Bun and under Deno", options, async () => {
  const names = [
    `${address}plugin.js`,
    "npm:any-npm-name",
    "jsr:@any/name",
    "npm:any/plugin.ts",
    "file://other/plugin.ts"
  ]
  const flags = names.flatMap((name) => ["--plugin", name])
  const deno = ["run", "-A", "--no-check", ours("cli.ts"), "envs", ...flags]
  const folder = makeFolder()
  for (const { err } of [
    await pgex(["envs", ...flags]),
    await unfetched(start(ours("node_modules/.bin/deno"), deno, folder, variables))
  ])
    for (const name of names) assert.ok(err.includes(`Cannot load plugin ${name}: want a module's file`), err)
})

/** What a plugin may import that is not there, and what is said of it. */
const imports: readonly (readonly [text: string, want: RegExp])[] = [
  [
    'import { definePlugin } from "policygradex"\nexport default definePlugin({})',
    /got no package policygradex in .*plugin\.ts; npm install/
  ],
  ['export * from "./part.ts"\nexport { default } from "./part.ts"', /got no package @any\/part in .*part\.ts/],
  ['import { something } from "npm:any-npm-name"\nexport default something', /got the address npm:any-npm-name in/]
]

test("what a plugin imports and is not installed is named and never fetched, as bun cli.ts too", options, async () => {
  for (const [text, want] of imports) {
    const folder = makeFolder({ "plugin.ts": text, "part.ts": 'import part from "@any/part"\nexport default part' })
    const args = ["envs", "--plugin", "./plugin.ts"]
    assert.match((await pgex(args, folder)).err, want)
    assert.match((await unfetched(start(bun, [ours("cli.ts"), ...args], folder, variables))).err, want)
  }
})

test("what a plugin's packages import and is not installed is not fetched either", options, async () => {
  const project = makeFolder({
    "plugin.ts": 'import "half"\nexport default 3',
    "late.ts": 'await import("any-late-name").catch(() => 0)\nexport default 3',
    "node_modules/half/package.json": '{ "name": "half", "version": "1.0.0", "main": "index.js" }',
    "node_modules/half/index.js": 'require("any-npm-name")'
  })
  const named = ["plugin.ts", "late.ts"].flatMap((file) => ["--plugin", join(project, file)])
  const { err } = await pgex(["envs", ...named])
  assert.match(err, /plugin\.ts: want its imports, got .*any-npm-name/)
  assert.match(err, /late\.ts: want an object, got 3/)
})

test("bun cli.ts fetches no plugin, nor what one imports while it runs, and Deno no address", options, async () => {
  const late = 'await import("any-late-name").catch(() => 0)\nrequire.resolve("x")\nexport default 3'
  const folder = makeFolder({ ...files, "late.ts": late, "far.ts": `import x from "${address}x.js"\nexport default x` })
  const cli = (...args: readonly string[]) => unfetched(start(bun, [ours("cli.ts"), ...args], folder, variables))
  assert.match((await cli("envs", "--plugin", "any-npm-name")).err, /want an installed package/)
  assert.match((await cli("envs", "--plugin", "./late.ts")).err, /got no package any-late-name in/)
  await cli("doctor")
  const deno = ["run", "-A", "--no-check", ours("cli.ts"), "envs", "--plugin", "./far.ts", "--plugin", "any-npm-name"]
  const { err } = await unfetched(start(ours("node_modules/.bin/deno"), deno, folder, variables))
  assert.match(err, /got the address http:/)
  assert.match(err, /Cannot load plugin any-npm-name: want an installed package/)
})

test("a new plugin's check and test fetch nothing, in a folder without any package", options, async () => {
  const folder = makeFolder()
  const made = await pgex(["plugin", "new", "puck-world"], folder)
  assert.match(made.out, /^bun --no-install test \.\/puck-world$/m)
  assert.equal((await pgex(["plugin", "check", "./puck-world/plugin.ts"], folder)).code, 0)
  const tested = await unfetched(start(bun, ["--no-install", "test", "./puck-world"], folder, variables))
  assert.equal(tested.code, 0, tested.err)
  assert.match(tested.err, / 0 fail/)
})
