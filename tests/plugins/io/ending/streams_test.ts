import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { closeSync, existsSync, openSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { command, pgex } from "../../../support/pgex.ts"
import { inFolder, moduleText } from "../../loading/support.ts"

const FULL = "/dev/full"
const skip = existsSync(FULL) ? false : `no ${FULL}`

/** A run within seconds. */
const small = JSON.stringify({
  session: "wasm",
  family: { n: 2 },
  network: { layers: 1, width: 8 },
  meta: { iterations: 2, target: "off", stepsPerTask: 64, vector: 2 },
  surrogate: { transitionsPerTask: 128, dimension: 20 },
  firstOrder: { directions: 2 },
  truth: { subsets: 1, iterations: 1, stepsPerTask: 32, repeats: 1, episodes: 1, measure: "curve" },
  groupTraining: { iterations: 1, seeds: 1 },
  evaluation: { episodes: 2 }
})

/** The code of `pgex ARGS`, with standard output in a file, and its standard error, or none: closed at its first word. */
const streams = (args: readonly string[], output: number | "ignore", reads: boolean) =>
  new Promise<{ readonly code: number | null; readonly stderr: string }>((resolve) => {
    const [file, ...rest] = command(args)
    const child = spawn(file!, rest, { stdio: ["ignore", output, "pipe"] })
    let stderr = ""
    child.stderr?.setEncoding("utf8").on("data", (part: string) => {
      stderr += part
      if (!reads) child.stderr?.destroy()
    })
    child.on("exit", (code) => resolve({ code, stderr }))
  })

test(
  "a full standard output ends a command with code 1 and a sentence, a run with all of its work stored",
  { skip },
  () =>
    inFolder({ "small.json": small }, async (folder) => {
      const full = openSync(FULL, "w")
      const out = join(folder, "run")
      for (const args of [
        ["config", "quick", "--json"],
        ["envs"],
        ["run", join(folder, "small.json"), "--out", out, "--quiet"]
      ]) {
        const { code, stderr } = await streams(args, full, true)
        assert.deepEqual(
          [code, stderr],
          [1, "pgex: Cannot print the result: want a standard output that takes all of it, got a full disk\n"]
        )
      }
      closeSync(full)
      assert.ok(existsSync(join(out, "summary.json")) && existsSync(join(out, "report.html")))
    })
)

test("a run goes on where nobody reads its standard error any more", () =>
  inFolder({ "small.json": small }, async (folder) => {
    const out = join(folder, "run")
    const { code, stderr } = await streams(["run", join(folder, "small.json"), "--out", out], "ignore", false)
    assert.equal(code, 0)
    assert.match(stderr, /meta-training/)
    assert.ok(existsSync(join(out, "summary.json")))
  }))

/** What plugins do to the process that loads them, and what becomes of `pgex envs`. */
const rough: readonly (readonly [does: string, text: string, code: number, says: RegExp])[] = [
  ["prints by process.stdout", 'process.stdout.write("hello ")', 0, /hello /],
  ["keeps a timer", "setInterval(() => {}, 1000)", 0, /want a default export/],
  ["ends the process with success", "process.exit(0)", 0, /process\.exit\(0\) was called/],
  [
    "ends the process through node:process",
    'import { exit } from "node:process"\nexit(0)',
    0,
    /process\.exit\(0\) was called/
  ],
  [
    "rejects where nobody waits, while it loads",
    'Promise.reject(new Error("stray"))\nawait new Promise((r) => setTimeout(r, 50))',
    0,
    /Cannot load plugin .*rough\.ts: .*got what nobody caught, Error: stray; .*going on without it/
  ],
  [
    "rejects with a number, and is whole otherwise",
    'Promise.reject(5)\nexport default { policygradex: 1, name: "five", version: "1" }',
    0,
    /Cannot load plugin .*rough\.ts: .*got what nobody caught, a throw: 5; .*going on without it/
  ],
  [
    "throws from a microtask",
    'queueMicrotask(() => { throw "late" })\nexport default { policygradex: 1, name: "late", version: "1" }',
    0,
    /Cannot load plugin .*rough\.ts: .*got what nobody caught, a throw: "late"; .*going on without it/
  ],
  [
    "throws a number",
    "throw 5",
    0,
    /Cannot load plugin .*rough\.ts: .*got its throw, a throw: 5; .*going on without it/
  ],
  ["throws nothing", "throw undefined", 0, /Cannot load plugin .*rough\.ts: .*got its throw, a throw: undefined/]
]

test("pgex says which plugin it waits for while that loads, and goes on without it after a limit", () =>
  inFolder({ "waits.ts": "await new Promise(() => {})" }, (folder) => {
    const args = ["envs", "--plugin", join(folder, "waits.ts"), "--json"]
    const { code, stdout, stderr } = pgex(args, "", { PGEX_PLUGIN_SECONDS: "4" })
    assert.equal(code, 0, stderr)
    assert.match(
      stderr,
      /^pgex: waiting for plugin .*waits\.ts, which is still loading\npgex: Cannot load plugin .*: want a module that loads within 4 s, got one that waits/
    )
    assert.ok(JSON.parse(stdout).environments.length > 0)
  }))

const guarded = "deno" in process.versions || process.platform === "linux"

test(
  "pgex says which plugin computes while it loads, and ends by its error after a limit",
  { skip: !guarded && "only the launcher guards here" },
  () =>
    inFolder({ "loops.ts": "for (;;);" }, (folder) => {
      const args = ["envs", "--plugin", join(folder, "loops.ts")]
      for (const json of [true, false]) {
        const { code, stdout, stderr } = pgex(json ? [...args, "--json"] : args, "", { PGEX_PLUGIN_SECONDS: "4" })
        assert.equal(code, 1, stderr)
        const [waiting, error, ...more] = stderr.trimEnd().split("\n")
        assert.match(waiting!, /^pgex: waiting for plugin .*loops\.ts, which is still loading$/)
        assert.match(
          error!,
          /^pgex: Cannot load plugin .*loops\.ts: want a module that loads within 4 s, got one that computes/
        )
        assert.deepEqual(more, [])
        if (!json) assert.equal(stdout, "")
        else assert.equal(JSON.parse(stdout).error._tag, "PluginError")
      }
    })
)

test("a plugin that computes for some seconds while it loads is named once, and used", () =>
  inFolder(
    { "slow.ts": `${moduleText("slow", "Slow-v0")}const start = Date.now()\nwhile (Date.now() < start + 5000);` },
    (folder) => {
      const { code, stdout, stderr } = pgex(["envs", "--plugin", join(folder, "slow.ts"), "--json"])
      assert.equal(code, 0, stderr)
      assert.match(stderr, guarded ? /^pgex: waiting for plugin .*slow\.ts, which is still loading\n$/ : /^$/)
      assert.ok(JSON.parse(stdout).environments.some((e: { readonly id: string }) => e.id === "Slow-v0"))
    }
  ))

for (const [does, text, code, says] of rough)
  test(`pgex prints one JSON value and ends where a plugin ${does}`, () =>
    inFolder({ "rough.ts": text }, (folder) => {
      const told = pgex(["envs", "--plugin", join(folder, "rough.ts"), "--json"])
      assert.equal(told.code, code, told.stderr)
      assert.match(told.stderr, says)
      const value = JSON.parse(told.stdout)
      assert.ok(code === 0 ? value.environments.length > 0 : typeof value.error.message === "string")
    }))
