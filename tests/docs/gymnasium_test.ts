/** Every command and script of docs/gymnasium.md, run. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { python, skip, without } from "../plugins/gymnasium/support.ts"
import { pgex } from "../support/pgex.ts"

const text = readFileSync(new URL("../../docs/gymnasium.md", import.meta.url), "utf8")
/** Every line of its shell blocks that is a command of ours, with what is piped into it. */
const commands = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) => [
  ...block.replace(/\\\n\s*/g, " ").matchAll(/^(?:echo '(.*)' \| )?pgex (.*)$/gm)
])

const scripts = [...text.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)]

/** What makes a run a matter of a second. */
const small = Object.entries({
  session: "wasm",
  "meta.iterations": 1,
  "meta.stepsPerTask": 64,
  "meta.vector": 4,
  "surrogate.transitionsPerTask": 128,
  "surrogate.subsetSize": 2,
  "surrogate.dimension": 20,
  "firstOrder.directions": 1,
  "truth.subsets": 0,
  "groupTraining.iterations": 1,
  "groupTraining.seeds": 1,
  "network.width": 16,
  "evaluation.episodes": 1
}).flatMap(([key, value]) => ["--set", `${key}=${value}`])

/** Words of a command line with single quotes. */
const words = (line: string): readonly string[] =>
  [...line.matchAll(/(?:'([^']*)'|(\S+))/g)].map(([, quoted, plain]) => quoted ?? plain ?? "")

test("docs/gymnasium.md has its commands and scripts", () =>
  assert.deepEqual([commands.length, scripts.length], [7, 1]))

for (const [, name = "", body = ""] of scripts)
  test(`docs/gymnasium.md: ${name}`, { skip }, () => {
    const folder = mkdtempSync(join(tmpdir(), "pgex-docs-"))
    const root = fileURLToPath(new URL("../..", import.meta.url))
    mkdirSync(join(folder, "node_modules"))
    symlinkSync(root, join(folder, "node_modules", "policygradex"))
    writeFileSync(join(folder, "package.json"), '{ "type": "module", "dependencies": { "policygradex": "0.1.0" } }')
    writeFileSync(join(folder, name), body)
    const args = process.versions.deno === undefined ? [name] : ["run", "-A", "--no-check", name]
    const env = { ...process.env, PGEX_PYTHON: python ?? "" }
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" })
    rmSync(folder, { recursive: true })
    assert.equal(status, 0, stderr)
    assert.match(stdout, /^16 environments, \d{2,} episodes\n$/)
  })

for (const [, input = "", line = ""] of commands)
  test(`docs/gymnasium.md: pgex ${line.slice(0, 40)}`, {
    skip: line.includes("HalfCheetah") ? without("mujoco") : line.includes("MiniGrid") ? without("minigrid") : skip
  }, () => {
    const folder = mkdtempSync(join(tmpdir(), "pgex-docs-"))
    const args = [...words(line), ...(line.startsWith("run") ? [...small, "--out", join(folder, "run")] : [])]
    const { code, stderr, stdout } = pgex(args, input, { PGEX_PYTHON: python ?? "" })
    rmSync(folder, { recursive: true })
    assert.equal(code, 0, stderr)
    assert.ok(stdout.length > 0)
  })
