/** Being in a folder is not to trust it: nothing that lies there runs, and none of its settings count. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { tiny } from "../pipeline/job/support.ts"
import { bun, makeFolder, ours, pgexIn, skip, start } from "./support.ts"

const options = { skip }

const evil = 'require("node:fs").writeFileSync("EVIL/ran", "")'
const python = 'open("EVIL/ran", "w")\n'
const manifest = (more: object) => JSON.stringify({ name: "evil", version: "1.0.0", main: "index.js", ...more })

/** All that might be taken from a folder, and tells when it was. */
const traps: Readonly<Record<string, string>> = {
  "evil.ts": evil,
  "bunfig.toml": 'preload = ["./evil.ts"]\n[install]\nauto = "force"\n[test]\npreload = ["./evil.ts"]\n',
  ".env": "CC=./mycc\nPGEX_SESSION=native\nPGEX_PYTHON=./mycc\nNODE_OPTIONS=--require ./evil.ts\nPGEX_TRAP=1\n",
  ".env.local": "CC=./mycc\nPGEX_SESSION=none\n",
  ".env.development": "PGEX_SESSION=none\n",
  ".env.production": "PGEX_SESSION=none\n",
  mycc: "#!/bin/sh\n: > EVIL/ran\n",
  "tsconfig.json": '{ "compilerOptions": { "paths": { "*": ["./evil.ts"] } } }',
  "jsconfig.json": '{ "compilerOptions": { "paths": { "*": ["./evil.ts"] } } }',
  "deno.json": '{ "imports": { "effect": "./evil.ts", "node:fs": "./evil.ts" } }',
  "package.json": manifest({
    main: "evil.ts",
    exports: "./evil.ts",
    imports: { "#x": "./evil.ts" },
    scripts: { pgex: "./mycc", preinstall: "./mycc" },
    dependencies: { keyed: "1.0.0", effect: "file:./node_modules/effect" }
  }),
  "node_modules/keyed/package.json": manifest({ name: "keyed", keywords: ["policygradex-plugin"] }),
  "node_modules/keyed/index.js": evil,
  "plugin.ts": evil,
  "runs/quick-0/run.json": "{}",
  ...Object.fromEntries(
    [
      "effect",
      "fp-ts",
      "webgpu",
      "@tensorflow/tfjs-core",
      "@tensorflow/tfjs-backend-cpu",
      "@tensorflow/tfjs-node",
      "bun"
    ].flatMap((name) => [
      [`node_modules/${name}/package.json`, manifest({ name, version: "4.22.0" })],
      [`node_modules/${name}/index.js`, evil],
      [`node_modules/${name}/lib/napi-v8/tfjs_binding.node`, ""]
    ])
  ),
  ...Object.fromEntries(["torch", "gymnasium", "numpy", "pip", "sitecustomize"].map((name) => [`${name}.py`, python]))
}

const trapped = (): string => {
  const folder = makeFolder()
  const filled = makeFolder(
    Object.fromEntries(Object.entries(traps).map(([name, text]) => [name, text.replaceAll("EVIL", folder)]))
  )
  chmodSync(join(filled, "mycc"), 0o755)
  mkdirSync(join(filled, "deep", "er"), { recursive: true })
  return filled
}

/** What ran leaves a file in the only other folder that its traps name. */
const ranIn = (folder: string): boolean => existsSync(join(markOf(folder), "ran"))
const markOf = (folder: string): string => {
  const { stdout } = spawnSync("cat", [join(folder, "mycc")], { encoding: "utf8" })
  return /: > (.*)\/ran/.exec(stdout)?.[1] ?? assert.fail("no mark")
}

test("bun by itself runs what the folder says: the traps work", options, async () => {
  const folder = trapped()
  const file = join(makeFolder({ "empty.ts": "console.log(process.env.PGEX_TRAP)" }), "empty.ts")
  assert.equal((await start(bun, [file], folder)).code, 0)
  assert.ok(ranIn(folder), "bunfig.toml")
  rmSync(join(markOf(folder), "ran"))
  rmSync(join(folder, "bunfig.toml"))
  await start(bun, [file], folder)
  assert.ok(ranIn(folder), "tsconfig.json")
  rmSync(join(folder, "tsconfig.json"))
  rmSync(join(folder, "jsconfig.json"))
  assert.equal((await start(bun, [file], folder)).out, "1\n")
  rmSync(join(markOf(folder), "ran"))
  spawnSync("python3", ["-c", "import torch"], { cwd: folder })
  if (spawnSync("python3", ["--version"]).status === 0) assert.ok(ranIn(folder), "torch.py")
})

const small = Object.entries({
  "family.n": 2,
  "surrogate.subsetSize": 2,
  "surrogate.transitionsPerTask": 128,
  "surrogate.dimension": 20,
  "meta.iterations": 1,
  "meta.stepsPerTask": 64,
  "firstOrder.directions": 1,
  "truth.subsets": 0,
  "groupTraining.iterations": 1,
  "groupTraining.seeds": 1,
  "network.width": tiny.network.width,
  "evaluation.episodes": 1
}).flatMap(([key, value]) => ["--set", `${key}=${value}`])

for (const args of [
  ["--version"],
  ["doctor"],
  ["envs"],
  ["algorithms"],
  ["config", "quick"],
  ["run", "quick", "--out", "out", "--quiet", "--set", "workers=2", ...small]
])
  test(
    `pgex ${args.slice(0, 2).join(" ")} runs nothing of the folder that it is started in, nor takes a setting`,
    options,
    async () => {
      for (const inside of args[0] === "--version" ? [".", "deep/er"] : ["."]) {
        const folder = trapped()
        const { code, err, out } = await pgexIn(join(folder, inside), args)
        assert.equal(code, 0, err)
        assert.ok(!ranIn(folder), `${out}\n${err}`)
        if (args[0] === "envs")
          assert.match(err, /Plugin keyed, a dependency in .*package\.json, is not in use, .*--plugin keyed/)
        if (args[0] === "config") assert.match(out, /^session=auto /m)
      }
    }
  )

test("Deno takes nothing of the folder either", options, async () => {
  const folder = trapped()
  const { code, err } = await start(
    ours("node_modules/.bin/deno"),
    ["run", "-A", "--no-check", ours("cli.ts"), "envs"],
    folder
  )
  assert.equal(code, 0, err)
  assert.ok(!ranIn(folder), err)
})

/** The package as npm installs it in a project: its files themselves, not a link to them. */
const installedIn = (project: string): string => {
  const home = join(project, "node_modules", "policygradex")
  mkdirSync(home, { recursive: true })
  for (const name of [
    "package.json",
    "bunfig.toml",
    "tsconfig.json",
    "cli.ts",
    "mod.ts",
    "bin",
    "core",
    "envs",
    "algorithms",
    "pipeline",
    "plugins"
  ])
    cpSync(ours(name), join(home, name), { recursive: true })
  for (const name of readdirSync(ours("node_modules")))
    if (!name.startsWith(".")) symlinkSync(join(ours("node_modules"), name), join(project, "node_modules", name))
  return join(home, "bin", "pgex.js")
}

test(
  "a dependency with the keyword is in use where policygradex is installed for the project, and that is told",
  options,
  async () => {
    const project = makeFolder({
      "package.json": manifest({ dependencies: { keyed: "1.0.0" } }),
      "nested/package.json": manifest({ dependencies: { keyed: "1.0.0" } }),
      "nested/node_modules/keyed/package.json": manifest({ name: "keyed", keywords: ["policygradex-plugin"] }),
      "nested/node_modules/keyed/index.js": "throw new Error('ran')",
      "node_modules/keyed/package.json": manifest({ name: "keyed", type: "module", keywords: ["policygradex-plugin"] }),
      "node_modules/keyed/index.js": `import { definePlugin, envs } from "policygradex"
      const environments = [{ ...envs.cartPole, id: "Keyed-v0" }]
      export default definePlugin({ policygradex: 1, name: "keyed", version: "0.1.0", environments })`
    })
    const launcher = installedIn(project)
    const { out, err } = await start("node", [launcher, "envs"], project)
    assert.match(out, /Keyed-v0 .*plugin keyed 0\.1\.0/)
    assert.match(err, /pgex: Plugin keyed, a dependency in .*package\.json, is in use/)

    // A project of somebody else's below it, and a link that only says that the package is installed there.
    symlinkSync(join(project, "node_modules", "policygradex"), join(project, "nested", "node_modules", "policygradex"))
    const nested = await start("node", [launcher, "envs"], join(project, "nested"))
    assert.equal(nested.code, 0)
    assert.match(nested.err, /Plugin keyed, .*is not in use/)
    assert.ok(!nested.err.includes("Error: ran"), nested.err)
  }
)
