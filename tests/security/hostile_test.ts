/** What others named, wrote or changed: names are text everywhere, changed artefacts are found, bombs are refused, nothing runs. */
import assert from "node:assert/strict"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { before, test } from "node:test"
import { parseHTML } from "linkedom"
import type { ReportData } from "../../pipeline/mod.ts"
import { report } from "../../plugins/runs/report/mod.ts"
import { exportTable } from "../../plugins/sweeps/internal.ts"
import { everything } from "../plugins/runs/report/full.ts"
import { doHere, smallestSettings } from "../plugins/sweeps/support.ts"
import { pgex } from "../support/pgex.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-hostile-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const RUN = "one/runs/seed=0,k=2"

before(() => doHere({ set: smallestSettings, over: { seed: [0], "grouping.k": [2] } }, { out: at("one") }))

const HOSTILE = `<img src=x onerror=alert(1)></title></style><script>alert(2)</script>"' &amp; \${1}`

/** Every text of the data but those that say which kind something is. */
const renamed = (x: unknown, key = ""): unknown => {
  if (typeof x === "string")
    return ["id", "method", "text", "why", "title", "headline", "run", "command", "set", "policy", "name"].includes(key)
      ? HOSTILE
      : x
  if (Array.isArray(x)) return x.map((v) => renamed(v, key))
  if (typeof x !== "object" || x === null) return x
  return Object.fromEntries(
    Object.entries(x).map(([k, v]) => [k, k === "picture" || k === "pictures" ? v : renamed(v, k)])
  )
}

test("names and texts of others are text in a report: no element, no script, no attribute comes from them", () => {
  const data: ReportData = { ...everything, ...Object(renamed(everything)) }
  const { document } = parseHTML(report(data))
  const elements = [...document.querySelectorAll("*")]
  const [attributes, kinds] = [new Set<string>(), new Map<string, number>()]
  for (const element of elements) {
    for (const name of element.getAttributeNames()) attributes.add(name)
    const kind = element.tagName.toLowerCase()
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }
  assert.deepEqual(
    [...attributes].filter((name) => name.startsWith("on")),
    []
  )
  // Values, the player, and what it plays.
  assert.deepEqual([kinds.get("script"), kinds.get("title")! >= 2, kinds.get("style")], [3, true, 1])
  assert.ok([...document.querySelectorAll("img")].every((img) => img.getAttribute("src") !== "x"))
  assert.equal(document.querySelector("h1")?.textContent, HOSTILE)
  assert.ok((document.body.textContent?.split(HOSTILE).length ?? 0) > 20)
})

test("names of runs are text on a terminal: what it would obey is written out, and a line stays a line", () => {
  const name = "a\u001b[31m\n<b>\u202e"
  mkdirSync(at("named"))
  cpSync(at(RUN), join(at("named"), name), { recursive: true })
  for (const args of [
    ["list", at("named")],
    ["show", join(at("named"), name)]
  ]) {
    const { code, stdout, stderr } = pgex(["runs", ...args])
    assert.equal(code, 0, stderr)
    assert.ok(stdout.includes("a\\u001b[31m\\n<b>\\u202e"), stdout)
    assert.ok(!stdout.includes("\u001b") && !stdout.includes("\u202e"))
  }
})

test("in tables for other programs names are no formulas, no commands, and end no line", () => {
  const runs = ["=cmd|' /C calc'!A0", "@SUM(1)", "+1+1", "-2+3", "\t=1", "-0.5"].map((method) => ({
    name: "a\n\nb",
    path: "a",
    state: "finished" as const,
    startedAt: "",
    seed: 0,
    config: {},
    returns: [{ method, perSeed: [-1.5] }]
  }))
  const csv = exportTable(runs, "csv").split("\n")
  assert.deepEqual(
    csv.filter((line) => /(^|,)"?[=+@\t]/.test(line)),
    []
  )
  for (const cell of ["'=cmd|' /C calc'!A0", "'@SUM(1)", "'+1+1", "'-2+3", ",-0.5,-1.5,"])
    assert.ok(
      csv.some((line) => line.includes(cell)),
      cell
    )
  const latex = exportTable([{ ...runs[0]!, returns: [{ method: "\\input{/etc/passwd}%$", perSeed: [1] }] }], "latex")
  assert.ok(
    latex.includes("\\textbackslash{}input\\{/etc/passwd\\}\\%\\$") && latex.includes("a\\textbackslash{}n"),
    latex
  )
  assert.doesNotMatch(latex, /\n\n/)
})

test("pgex runs verify finds an artefact that was changed, and nothing outside of a run by way of its files", () => {
  cpSync(at(RUN), at("tampered"), { recursive: true })
  const table = readdirSync(at("tampered/group-training")).find((f) => f.startsWith("returns"))!
  const path = join(at("tampered/group-training"), table)
  writeFileSync(
    path,
    readFileSync(path, "utf8").replace(/\d\n$/, (d) => `${9 - Number(d[0])}\n`)
  )
  const changed = pgex(["runs", "verify", at("tampered")])
  assert.equal(changed.code, 1)
  assert.match(changed.stderr, /group-training\/returns\..*csv: want bytes with SHA-256 [0-9a-f]{12}…, got /)
  cpSync(at(RUN), at("climbing"), { recursive: true })
  writeFileSync(at("secret.csv"), "secret")
  const list = at("climbing/artefacts.json")
  writeFileSync(list, readFileSync(list, "utf8").replace(`group-training/${table}`, "../secret.csv"))
  const climbing = pgex(["runs", "verify", at("climbing")])
  assert.equal(climbing.code, 1)
  assert.doesNotMatch(climbing.stdout + climbing.stderr, /: secret|got secret/)
})

test("bombs are refused in one sentence, before anything is made: nested lists, many lists, large files, YAML", () => {
  const deep = "[".repeat(1e6) + "]".repeat(1e6)
  for (const [name, text, args, sentence] of [
    ["deep.json", deep, ["run"], /want JSON, got lists or objects nested more than 100 deep$/],
    [
      "deep-sweep.json",
      `{"over":{"seed":${deep}}}`,
      ["sweep"],
      /want JSON, got lists or objects nested more than 100 deep$/
    ],
    [
      "large.json",
      `{"over":{"seed":[${"1,".repeat(3e6)}1]}}`,
      ["sweep"],
      /want at most 4194304 bytes \(4 MiB\), got 6000021$/
    ],
    ["many.json", `[${"[],".repeat(1e6)}[]]`, ["cluster"], /want JSON, got more than 8192 lists and objects$/],
    [
      "bomb.yaml",
      "a: &a [x, x]\nb: &b [*a, *a]\n",
      ["sweep"],
      /want an experiment in \.ts, \.js or \.json, got \.yaml$/
    ]
  ] as const) {
    writeFileSync(at(name), text)
    const where = args[0] === "cluster" ? ["--k", "2"] : ["--out", at("made")]
    const { code, stderr } = pgex([...args, at(name), ...where])
    assert.equal(code, 1, name)
    assert.match(stderr.trimEnd(), sentence)
    assert.equal(stderr.trimEnd().split("\n").length, 1)
  }
  assert.ok(!existsSync(at("made")))
})

test("going on in an experiment's folder runs no plugin that only its sweep.json names, but with --trust", () => {
  const marker = at("it-ran")
  writeFileSync(
    at("theirs.mjs"),
    `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(marker)}, ""); export default {}`
  )
  mkdirSync(at("theirs"))
  const experiment = JSON.parse(readFileSync(at("one/sweep.json"), "utf8"))
  writeFileSync(
    at("theirs/sweep.json"),
    JSON.stringify({
      ...experiment,
      sweep: { set: { "family.id": "theirs" }, over: { seed: [0] }, plugins: [at("theirs.mjs")] }
    })
  )
  const { code, stderr } = pgex(["sweep", "--out", at("theirs"), "--quiet"])
  assert.equal(code, 1)
  assert.match(stderr, /Cannot use the plugins that .*sweep\.json names: want --plugin FILE for each, or --trust/)
  assert.ok(!existsSync(marker))
  pgex(["sweep", "--out", at("theirs"), "--trust", "--quiet"])
  assert.ok(existsSync(marker))
})
