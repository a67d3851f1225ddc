/** What a run that was stopped by Ctrl-C tells, taken by its word. */
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { goingOn, moduleOf } from "../../../plugins/cli/going_on.ts"
import { smallest } from "../../pipeline/job/support.ts"
import { command } from "../../support/pgex.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

/** Runs a line in a shell where `pgex` is what `body` says. */
const shell = (line: string, body: string, cwd = folder) =>
  spawnSync("sh", ["-c", `pgex() { ${body}; }\n${line}`], { cwd, encoding: "utf8" })

const word = fc.string({ unit: "grapheme", minLength: 1 }).filter((s) => !s.includes("\0") && s.isWellFormed())

test("goingOn() is read by a shell as the words that it stands for, whatever is in them", () => {
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 2 }), fc.option(word, { nil: undefined }), (out, plugins, python) => {
      const line = goingOn({ directory: out, plugins, python }, ["pgex"])
      const words = shell(line, `printf '%s\\0' "$@"`).stdout.split("\0").slice(0, -1)
      const directory = words[3] ?? ""
      assert.equal(resolve(directory), resolve(out))
      assert.ok(!directory.startsWith("-"))
      const rest = [...plugins.flatMap((p) => ["--plugin", p]), ...(python === undefined ? [] : ["--python", python])]
      assert.deepEqual(words, ["run", "--resume", "--out", directory, ...rest])
    }),
    {
      numRuns: 50,
      examples: [
        ["it's here", ["./a b.ts"], "/usr/bin/python3"],
        ["--json", [], undefined]
      ]
    }
  )
})

test("a run that was stopped by Ctrl-C tells the command that goes on with it, which does", async () => {
  const plugin = fileURLToPath(new URL("../loading/puck/plugin.ts", import.meta.url))
  const file = join(folder, "tiny.json")
  const settings = { ...smallest, preset: "quick", family: { id: "puck-goals", n: 6, options: {} } }
  writeFileSync(file, JSON.stringify({ ...settings, meta: { ...smallest.meta, iterations: 40 } }))
  const out = "it's a run"
  const [program, ...args] = command(["run", file, "--plugin", plugin, "--out", out, "--quiet"])
  const env = { ...process.env, npm_command: "" }
  const child = spawn(program!, args, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] })
  let stderr = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  while (!existsSync(join(folder, out, "events.jsonl"))) {
    assert.equal(child.exitCode, null, stderr)
    await setTimeout(20)
  }
  child.kill("SIGINT")
  const [code] = await once(child, "close")
  assert.equal(code, 130)
  const line = `pgex run --resume --out 'it'\\''s a run' --plugin ${plugin}`
  assert.equal(stderr, `pgex: stopped; go on with: ${line}\n`)
  const pgex = command([]).map((w) => `'${w}'`)
  const done = shell(line, `${pgex.join(" ")} "$@"`)
  assert.equal(done.status, 0, done.stderr)
  assert.ok(existsSync(join(folder, out, "summary.json")))
})

test("goingOn() trusts a run whose family is of a Python module, as the folder's own is taken for nobody else", () => {
  for (const [family, module] of [
    ["gymnasium:my_world:World-v0?size=3", "my_world"],
    ["gymnasium:CartPole-v1", undefined],
    ["cartpole-length", undefined]
  ] as const) {
    assert.equal(moduleOf(family), module)
    const line = goingOn({ directory: "r", plugins: [], module: moduleOf(family) }, ["pgex"])
    assert.equal(line, `pgex run --resume --out r${module === undefined ? "" : " --trust"}`)
  }
})
