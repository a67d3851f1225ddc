/** Runs with a plugin, used from other folders, and by people who have not asked for the plugin's code. */
import assert from "node:assert/strict"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { tiny } from "../../pipeline/job/support.ts"
import { pgex } from "../../support/pgex.ts"

const root = mkdtempSync(join(tmpdir(), "pgex-elsewhere-"))
const [home, other, mark] = [join(root, "home"), join(root, "other"), join(root, "ran")]
const library = new URL("../../../mod.ts", import.meta.url).href

/** A plugin with a family, which leaves a mark wherever its code runs. */
const puck = readFileSync(new URL("./puck/plugin.ts", import.meta.url), "utf8")
  .replace('"policygradex"', JSON.stringify(library))
  .replace(
    /^import /m,
    `import { appendFileSync } from "node:fs"\nappendFileSync(${JSON.stringify(mark)}, "ran")\nimport `
  )

const config = {
  ...tiny,
  preset: "quick",
  plugins: ["../puck/plugin.ts"],
  family: { id: "puck-goals", n: 4, options: {} },
  meta: { ...tiny.meta, iterations: 1 },
  surrogate: { ...tiny.surrogate, subsetSize: 2, transitionsPerTask: 200 },
  truth: { ...tiny.truth, subsets: 0 },
  groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 1 }
}

const run = join(home, "work", "runs", "a")

const at = (cwd: string, ...args: readonly string[]) => pgex(args, "", {}, cwd)

/** What is printed, where no code of a plugin may run meanwhile. */
const withoutCode = (cwd: string, ...args: readonly string[]) => {
  rmSync(mark, { force: true })
  const outcome = at(cwd, ...args)
  assert.ok(!existsSync(mark), `${args.join(" ")} ran the plugin`)
  return outcome
}

before(() => {
  mkdirSync(join(home, "puck"), { recursive: true })
  mkdirSync(join(home, "work"))
  mkdirSync(other)
  writeFileSync(join(home, "puck", "plugin.ts"), puck)
  writeFileSync(join(home, "work", "puck.json"), JSON.stringify(config))
  const made = at(join(home, "work"), "run", "puck.json", "--out", "runs/a", "--quiet")
  assert.equal(made.code, 0, made.stderr)
  cpSync(run, join(home, "work", "runs", "stopped"), { recursive: true })
  rmSync(join(home, "work", "runs", "stopped", "summary.json"))
})
after(() => rmSync(root, { recursive: true }))

const commands = [
  ["evaluate", run, "--episodes", "2"],
  ["evaluate", run, "--episodes", "2", "--adapt", "1", "--unseen", "2", "--steps", "32"],
  ["export", run, "--group", "1", "--onnx", join(root, "policy.onnx")],
  ["config", join(run, "run.json")],
  ["run", join(run, "run.json"), "--quiet", "--force", "--out", join(root, "again")],
  ["run", "--resume", "--quiet", "--out", join(home, "work", "runs", "stopped")]
]

for (const args of commands) {
  const named = args.map((word) => word.replace(root, "…")).join(" ")
  test(`pgex ${named}: no code of a plugin that only run.json names runs, and the command that would is told`, () => {
    const { code, stdout, stderr } = withoutCode(other, ...args, "--json")
    assert.equal(code, 1)
    const { error } = JSON.parse(stdout)
    assert.equal(error._tag, "ArgumentError")
    assert.match(
      error.message,
      /Cannot use the plugins that .*run\.json names: want --plugin FILE for each, or --trust/
    )
    assert.ok(error.got.includes(`../puck/plugin.ts (${join(home, "puck", "plugin.ts")})`), error.got)
    assert.ok(stderr.endsWith(`pgex ${args.join(" ")} --json --trust\n`), stderr)
    assert.match(stderr, /; if you know them: (npx )?pgex /)
  })

  test(`pgex ${named} --trust does it from another folder`, () => {
    const { code, stderr } = at(other, ...args, "--trust")
    assert.equal(code, 0, stderr)
  })

  test(`pgex ${named} --plugin FILE does it too`, () => {
    const { code, stderr } = at(other, ...args, "--plugin", "../home/puck/plugin.ts")
    assert.equal(code, 0, stderr)
    assert.ok(!stderr.includes("is not as the run was made with"))
  })
}

test("a run that was taken up again elsewhere leaves the same artefacts", () => {
  const artefacts = (of: string) => readFileSync(join(of, "artefacts.json"), "utf8")
  assert.equal(artefacts(join(home, "work", "runs", "stopped")), artefacts(run))
  assert.equal(artefacts(join(root, "again")), artefacts(run))
})

test("a run that moves together with its plugin finds it by the way between them, not where it was", () => {
  const moved = join(root, "moved")
  cpSync(home, moved, { recursive: true })
  renameSync(join(home, "puck"), join(home, "gone"))
  try {
    const { code, stderr } = at(other, "evaluate", join(moved, "work", "runs", "a"), "--episodes", "2", "--trust")
    assert.equal(code, 0, stderr)
  } finally {
    renameSync(join(home, "gone"), join(home, "puck"))
  }
})

test("where the plugin moved both places are named, and --plugin says where it is", () => {
  const moved = join(root, "alone")
  cpSync(run, moved, { recursive: true })
  renameSync(join(home, "puck"), join(home, "gone"))
  try {
    const args = ["evaluate", moved, "--episodes", "2"]
    const { code, stderr } = withoutCode(other, ...args, "--trust")
    assert.equal(code, 1)
    assert.match(
      stderr,
      /Cannot load plugin puck, which .*alone\/run\.json names: want its module at (\S+) or at (\S+), got nothing there/
    )
    assert.ok(stderr.includes(join(home, "puck", "plugin.ts")), stderr)
    assert.match(stderr, /name it where it is now by --plugin FILE/)
    assert.equal(at(other, ...args, "--plugin", join(home, "gone", "plugin.ts")).code, 0)
  } finally {
    renameSync(join(home, "gone"), join(home, "puck"))
  }
})

test("a plugin that changed since the run is told, and a run is not taken up again with it", () => {
  const file = join(home, "puck", "plugin.ts")
  writeFileSync(file, `${puck}\n// changed\n`)
  try {
    const evaluated = at(other, "evaluate", run, "--episodes", "2", "--trust")
    assert.equal(evaluated.code, 0)
    assert.ok(evaluated.stderr.includes(`${file} is not as the run was made with`), evaluated.stderr)
    const resumed = at(other, "run", "--resume", "--quiet", "--out", run, "--trust")
    assert.match(resumed.stderr, /want plugin puck as the run was begun with, got another one/)
  } finally {
    writeFileSync(file, puck)
  }
})

test("a run file of an older version, which holds names alone, is asked about its plugins too", () => {
  const old = join(root, "old")
  cpSync(run, old, { recursive: true })
  const { plugins: _, ...rest } = JSON.parse(readFileSync(join(old, "run.json"), "utf8"))
  writeFileSync(join(old, "run.json"), JSON.stringify(rest))
  const args = ["evaluate", old, "--episodes", "2"]
  assert.match(withoutCode(other, ...args).stderr, /want --plugin FILE for each, or --trust/)
  assert.equal(at(join(home, "work"), ...args, "--trust").code, 0)
})

test("a file in a run's directory that is no run file is not taken for the person's own", () => {
  const disguised = join(root, "disguised")
  cpSync(run, disguised, { recursive: true })
  writeFileSync(join(disguised, "run.json"), JSON.stringify({ ...config, plugins: [join(home, "puck", "plugin.ts")] }))
  const { code, stderr } = withoutCode(other, "config", join(disguised, "run.json"))
  assert.equal(code, 1)
  assert.match(stderr, /want --plugin FILE for each, or --trust/)
})

test("plugins that a run file records otherwise than pgex does are refused", () => {
  const odd = join(root, "odd")
  cpSync(run, odd, { recursive: true })
  const whole = JSON.parse(readFileSync(join(odd, "run.json"), "utf8"))
  for (const plugins of ["all", [3], [{ name: "puck" }], { 0: 1 }]) {
    writeFileSync(join(odd, "run.json"), JSON.stringify({ ...whole, plugins }))
    for (const args of [
      ["evaluate", odd, "--trust"],
      ["config", join(odd, "run.json"), "--trust"]
    ]) {
      const { code, stderr } = withoutCode(other, ...args)
      assert.equal(code, 1)
      assert.match(stderr, /^pgex: Cannot /)
      assert.ok(!stderr.includes("defect"), stderr)
    }
  }
})
