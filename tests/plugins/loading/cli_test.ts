import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { createPlugin } from "../../../plugins/loading/create.ts"
import { experiment } from "../../../plugins/runs/experiment.ts"
import { tiny } from "../../pipeline/job/support.ts"
import { pgex } from "../../support/pgex.ts"
import { inFolder, moduleText } from "./support.ts"

const refusal = async (name: string, directory: string): Promise<string> =>
  (await Effect.runPromise(Effect.flip(createPlugin(name, directory)))).message

const puck = fileURLToPath(new URL("./puck/plugin.ts", import.meta.url))

test("pgex plugin new writes a plugin that passes pgex plugin check, and never overwrites", () =>
  inFolder({ "taken/notes.txt": "mine" }, async (folder) => {
    const dir = join(folder, "deep", "puck-world")
    const made = JSON.parse(pgex(["plugin", "new", "puck-world", "--dir", dir, "--json"]).stdout)
    assert.deepEqual(readdirSync(dir).sort(), ["plugin.ts", "plugin_test.ts"])
    assert.equal(made.files.length, 2)
    const { code, stdout } = pgex(["plugin", "check", join(dir, "plugin.ts"), "--json"])
    const report = JSON.parse(stdout)
    assert.deepEqual([code, report.findings, report.plugin.name], [0, [], "puck-world"])
    assert.ok(report.subjects[0].stepsPerSecond > 0 && report.subjects[0].laws >= 26)

    writeFileSync(join(dir, "plugin.ts"), "mine now")
    for (const taken of [dir, join(folder, "taken"), join(folder, "taken", "notes.txt")])
      assert.match(await refusal("puck-world", taken), /want nothing there, got something there/)
    assert.equal(readFileSync(join(dir, "plugin.ts"), "utf8"), "mine now")
    assert.deepEqual(readdirSync(folder).sort(), ["deep", "taken"])
    assert.match(await refusal("../Up", join(folder, "up")), /Cannot name a plugin/)
  }))

test("the scaffold is tests/plugins/loading/puck, whose own test runs with the others", async () => {
  const { scaffold } = await import("../../../plugins/loading/scaffold.ts")
  const own = (file: string) => readFileSync(new URL(`./puck/${file}`, import.meta.url), "utf8")
  for (const [file, text] of Object.entries(scaffold("puck", "policygradex"))) assert.equal(own(file), text)
})

test("pgex plugin check ends with 1 and says how to mend each finding", () =>
  inFolder(
    { "leaky.ts": moduleText("leaky", "Leaky-v0", "globalThis.n = (globalThis.n ?? 0) + 1; state[at] = n") },
    (f) => {
      const { code, stdout } = pgex(["plugin", "check", join(f, "leaky.ts")])
      assert.equal(code, 1)
      assert.match(stdout, /Leaky-v0: \d broken of \d+ laws/)
      assert.match(stdout, /found: .*\n {4}mend: {2}draw from the stream alone/)
    }
  ))

test("pgex plugin check ends where an environment does not", () =>
  inFolder({ "loop.ts": moduleText("loop", "Loop-v0", "for (;;) state[at] += 1") }, (folder) => {
    const { code, stdout } = pgex(["plugin", "check", join(folder, "loop.ts"), "--timeout", "2", "--json"])
    const [finding] = JSON.parse(stdout).findings
    assert.deepEqual([code, finding.found], [1, "no end within 2 s"])
  }))

test("pgex plugin check tells of a module that ends its thread", () =>
  inFolder({ "exits.ts": "process.exit(3)" }, (folder) => {
    const { code, stdout } = pgex(["plugin", "check", join(folder, "exits.ts"), "--json"])
    const [finding] = JSON.parse(stdout).findings
    assert.deepEqual([code, finding.law, finding.found], [1, "its module loads", "its thread ends, with code 3"])
    assert.match(finding.fix, /only defines values/)
  }))

test("what a plugin prints goes to standard error, whose results stay one JSON value", () =>
  inFolder(
    { "prints.ts": `console.log("hello")\n${moduleText("prints", "Prints-v0", 'console.log("again")')}` },
    (f) => {
      const plugin = ["--plugin", join(f, "prints.ts"), "--json"]
      const listed = pgex(["envs", ...plugin])
      assert.equal(JSON.parse(listed.stdout).environments.at(-1).id, "Prints-v0")
      assert.match(listed.stderr, /^hello$/m)
      const played = pgex(["replay", "--env", "Prints-v0", "--seed", "1", "--actions", "-", ...plugin], "[1]")
      assert.equal(JSON.parse(played.stdout).length, 2)
      assert.match(played.stderr, /^again$/m)
      assert.deepEqual(JSON.parse(pgex(["plugin", "check", join(f, "prints.ts"), "--json"]).stdout).findings, [])
    }
  ))

test("pgex plugin check tells every mistake in the contract", () =>
  inFolder({ "bad.ts": 'export default { policygradex: 1, name: "", environments: [{}] }' }, (folder) => {
    const { code, stdout } = pgex(["plugin", "check", join(folder, "bad.ts"), "--json"])
    const report = JSON.parse(stdout)
    assert.deepEqual([code, report.plugin], [1, null])
    const laws = report.findings.map((f: { law: string }) => f.law)
    for (const field of ["name", "version", "environments[0].id", "environments[0].make"])
      assert.ok(laws.includes(`the contract: ${field}`), field)
  }))

test("pgex envs lists a plugin's environments, and shows one with where it comes from", () => {
  const list = JSON.parse(pgex(["envs", "--plugin", puck, "--json"]).stdout)
  assert.match(list.environments.at(-1).from, /^plugin puck 0\.1\.0, /)
  assert.match(list.plugins[0].sha256, /^[0-9a-f]{64}$/)
  const shown = JSON.parse(pgex(["envs", "show", "Puck-v0", "--plugin", puck, "--json"]).stdout)
  assert.deepEqual(shown.observation.low, [-4, -20])
  assert.deepEqual(shown.parameters.goal, {
    default: 1,
    kind: "number",
    max: 2,
    meaning: "where the puck should be",
    min: -2,
    unit: "m"
  })
  assert.deepEqual(shown.families, ["puck-goals"])
  assert.match(pgex(["envs", "show", "CartPole-v2"]).stderr, /did you mean CartPole-v1/)
})

test("pgex replay plays a plugin's environment, and says so when it throws", () =>
  inFolder({ "throws.ts": moduleText("t", "Throws-v0", 'throw new Error("boom")') }, (folder) => {
    const args = ["replay", "--seed", "1", "--actions", "-", "--plugin"]
    const lines = pgex([...args, puck, "--env", "Puck-v0"], "[2, 2]")
      .stdout.trim()
      .split("\n")
    assert.equal(lines.length, 3)
    const failed = pgex([...args, join(folder, "throws.ts"), "--env", "Throws-v0"], "[1]")
    assert.equal(failed.code, 1)
    assert.match(failed.stderr, /step\(\) of Throws-v0, from plugin t: want it to return, got a throw \(Error: boom\)/)
    assert.match(
      pgex([...args, puck, "--env", "Puck-v0"], "[5]").stderr,
      /action 0 of Puck-v0: want Discrete\(3\).*got 5/
    )
  }))

test("a run that needs a plugin which did not load says why; one that does not goes on", () =>
  inFolder({ "bad.ts": "export default {", "run.json": "" }, (folder) => {
    writeFileSync(join(folder, "run.json"), JSON.stringify({ plugins: ["./bad.ts"], family: { id: "puck-goals" } }))
    const { code, stderr } = pgex(["run", join(folder, "run.json"), "--out", join(folder, "out"), "--quiet"])
    assert.equal(code, 1)
    assert.match(stderr.split("\n")[0] ?? "", /Cannot load plugin .*bad\.ts.*syntax error.*going on without it/)
    assert.match(stderr.split("\n")[1] ?? "", /Cannot find family "puck-goals".*no use of .*bad\.ts/)
    assert.equal(existsSync(join(folder, "out")), false)
    assert.equal(pgex(["envs", "--plugin", join(folder, "bad.ts")]).code, 0)
  }))

test("experiment() runs a plugin's family on worker threads as on its own, and receipts name the plugin", async () => {
  const settings = {
    ...tiny,
    preset: "quick" as const,
    plugins: [puck],
    family: { id: "puck-goals", n: 4, options: {} }
  }
  const small = {
    ...settings,
    meta: { ...tiny.meta, iterations: 1 },
    surrogate: { ...tiny.surrogate, subsetSize: 2, transitionsPerTask: 200 },
    truth: { ...tiny.truth, subsets: 2, iterations: 1, repeats: 1 },
    groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 1 }
  }
  const run = (workers: number) => Effect.runPromise(experiment({ ...small, workers }, { quiet: true }))
  const [alone, together] = [await run(1), await run(2)]
  assert.equal(alone.receipts.digest, together.receipts.digest)
  const [receipt] = alone.receipts.plugins
  assert.deepEqual([receipt?.name, receipt?.version, receipt?.from], ["puck", "0.1.0", puck])
  assert.match(receipt?.sha256 ?? "", /^[0-9a-f]{64}$/)
  assert.equal(alone.tasks.length, 4)
})
