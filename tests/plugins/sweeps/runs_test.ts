/** Runs on the disk: found, compared, checked, exported, removed. */
import assert from "node:assert/strict"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { before, test } from "node:test"
import { Effect } from "effect"
import { standardNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import { lockDirectory } from "../../../plugins/runs/store/internal.ts"
import {
  compared,
  type Estimate,
  exportTable,
  type RunRow,
  removeRuns,
  returnsOf,
  runsIn,
  verified
} from "../../../plugins/sweeps/internal.ts"
import { returnsIn } from "../../../plugins/sweeps/returns.ts"
import { pgex } from "../../support/pgex.ts"
import { doHere, smallestSettings } from "./support.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

before(() => doHere({ set: smallestSettings, over: { seed: [0], "grouping.k": [2] } }, { out: at("one") }))

const row = (name: string, config: object, returns: Readonly<Record<string, readonly number[]>>) => ({
  name,
  path: name,
  state: "finished" as const,
  startedAt: "",
  seed: 0,
  config,
  returns: Object.entries(returns).map(([method, perSeed]) => ({ method, perSeed }))
})

test("returns are means over tasks and draws, by method and training seed, from all rows", () => {
  const table =
    "method,draw,seed,task,group,mean_return\n" +
    'alone,0,0,"a,b",0,1\nalone,0,0,c,1,3\nalone,0,1,"a,b",0,5\nalone,0,1,c,1,7\n' +
    "random,0,0,c,0,2\nrandom,1,0,c,0,4\nbroken,0,0\n"
  assert.deepEqual(returnsIn(table), [
    { method: "alone", perSeed: [2, 6] },
    { method: "random", perSeed: [3] }
  ])
})

// Of two numbers d apart Student's interval of 95% is their mean ± 12.706 d/2; of 1 freedom t is tan(0.95 π/2).
const t1 = Math.tan((0.95 * Math.PI) / 2)

test("two sides of the same seeds are compared in pairs: what seeds share cancels", () => {
  const sides = [2, 3].map((k) => ({
    label: `k=${k}`,
    runs: [0, 1].map((seed) => row(`${seed},${k}`, { seed, grouping: { k } }, { alone: [100 * seed + k + seed * k] }))
  }))
  const { settings, methods } = compared(sides)
  assert.deepEqual(settings, [{ key: "grouping.k", values: ["2", "3"] }])
  const [alone] = methods
  assert.equal(alone?.sides[0]?.value, 53)
  assert.ok(Math.abs((alone?.sides[0]?.high ?? 0) - (53 + (t1 * 102) / 2)) < 1e-6)
  // −1 and −2.
  assert.equal(alone?.difference?.value, -1.5)
  assert.ok(Math.abs((alone?.difference?.low ?? 0) - (-1.5 - t1 / 2)) < 1e-9)
})

test("of equal sides intervals hold the truth in 19 of 20 experiments, however many training seeds a run has", () => {
  const s = stream(zeroKey)
  const draws = 1000
  for (const partners of [true, false]) {
    let [means, differences] = [0, 0]
    for (let draw = 0; draw < draws; draw++) {
      const side = (k: number) => ({
        label: `${k}`,
        runs: Array.from({ length: 4 }, (_, r) => {
          // Tasks and meta-policy of a run, then five trainings from there.
          const own = standardNormal(s)
          const seed = partners ? r : r + 100 * k
          return row(
            `${k} ${r}`,
            { seed, k },
            { alone: Array.from({ length: 5 }, () => own + 0.3 * standardNormal(s)) }
          )
        })
      })
      const [alone] = compared([side(1), side(2)]).methods
      const holds = (e: Estimate | undefined): number => ((e?.low ?? 1) <= 0 && (e?.high ?? -1) >= 0 ? 1 : 0)
      means += holds(alone?.sides[0])
      differences += holds(alone?.difference)
    }
    // Four deviations of 1,000 draws are 0.028; Welch's is an approximation, on the careful side.
    for (const held of [means, differences]) assert.ok(held / draws > 0.95 - 0.028, `${partners}: ${held / draws}`)
  }
})

test("sides of other seeds are compared by Welch's interval", () => {
  const sides = [
    { label: "a", runs: [row("a", { seed: 0, n: 1 }, { alone: [1, 2, 3], told: [1] })] },
    { label: "b", runs: [row("b", { seed: 1, n: 2 }, { alone: [0, 0] })] }
  ]
  const { settings, methods } = compared(sides)
  assert.deepEqual(settings, [
    { key: "seed", values: ["0", "1"] },
    { key: "n", values: ["1", "2"] }
  ])
  // The second does not vary: Student's interval of three numbers, t of 2 freedoms 4.302652729911275.
  const half = 4.302652729911275 / Math.sqrt(3)
  assert.ok(Math.abs((methods[0]?.difference?.high ?? 0) - (2 + half)) < 1e-6)
  assert.equal(methods[1]?.sides[1], undefined)
  assert.equal(methods[1]?.difference, undefined)
})

test("tables keep hostile names as text: in CSV quoted, in LaTeX escaped", () => {
  const runs = [row('a,"b"', { k: 2 }, { "x_1 & \\input{y}": [1, 3] }), row("c", { k: 3 }, { plain: [2.5] })]
  const [head, first, second] = exportTable(runs, "csv").split("\n")
  assert.equal(head, "run,k,method,mean_return,low,high,seeds")
  assert.match(first ?? "", /^"a,""b""",2,x_1 & \\input\{y\},2,-10\.7\d+,14\.7\d+,2$/)
  assert.equal(second, "c,3,plain,2.5,,,1")
  const latex = exportTable(runs, "latex")
  assert.match(latex, /^\\begin\{tabular\}\{lllrrrr\}\n/)
  assert.ok(latex.includes("x\\_1 \\& \\textbackslash{}input\\{y\\}"), latex)
  assert.equal(JSON.parse(exportTable(runs, "json"))[1].mean_return, 2.5)
})

test("runs are found below a folder, with their state and what came of them", async () => {
  cpSync(at("one/runs/seed=0,k=2"), at("many/a"), { recursive: true })
  cpSync(at("one"), at("many/experiment"), { recursive: true })
  rmSync(at("many/a/summary.json"))
  const runs = await Effect.runPromise(runsIn(at("many")))
  assert.deepEqual(
    runs.map((r) => [r.name, r.state]),
    [
      ["a", "unfinished"],
      ["experiment/runs/seed=0,k=2", "finished"]
    ]
  )
  const returns = await Effect.runPromise(returnsOf(runs[1]!))
  const { comparison } = JSON.parse(readFileSync(at("one/runs/seed=0,k=2/summary.json"), "utf8"))
  for (const { method, perSeed } of comparison) {
    const own = returns.find((r) => r.method === method)?.perSeed
    assert.equal(own?.length, perSeed.length)
    for (const [i, value] of perSeed.entries()) assert.ok(Math.abs(own![i]! - value) < 1e-9)
  }
  await assert.rejects(Effect.runPromise(runsIn(at("nowhere"))), /want a folder with runs in it, got none/)
})

test("of a run that selects tasks to learn from, returns are those after adaptation to unseen tasks", async () => {
  const settings = {
    ...smallestSettings,
    "family.id": "navigation-uniform",
    use: "select",
    "grouping.k": 2,
    "meta.iterations": 1,
    "selection.learner": "maml",
    "selection.iterations": 1,
    "selection.stepsPerTask": 100,
    "selection.vector": 1,
    "selection.seeds": 2,
    "selection.randomDraws": 2,
    "selection.adaptationSteps": 1,
    "selection.adaptationStepsPerTask": 100,
    "selection.unseen": 11,
    "selection.architectures": []
  }
  await doHere({ set: settings, over: { seed: [0] } }, { out: at("selecting") })
  const [run] = await Effect.runPromise(runsIn(at("selecting")))
  const returns = await Effect.runPromise(returnsOf(run!))
  const { rows } = JSON.parse(readFileSync(join(run!.path, "summary.json"), "utf8")).selection
  assert.ok(rows.length > 2)
  for (const { method, perSeed } of rows) {
    const own = returns.find((r) => r.method === method)?.perSeed
    assert.equal(own?.length, 2)
    for (const [i, value] of perSeed.entries()) assert.ok(Math.abs(own![i]! - value) < 1e-9, method)
  }
})

const verifiedAt = async (path: string): Promise<readonly string[]> => {
  const [run] = await Effect.runPromise(runsIn(path))
  return (await Effect.runPromise(verified(run!))).problems
}

test("a run that is as it was left is told so; a changed artefact, log or digest is found", async () => {
  assert.deepEqual(await verifiedAt(at("one")), [])
  const change = async (name: string, path: (run: string) => string, edit: (bytes: Buffer) => Buffer) => {
    cpSync(at("one/runs/seed=0,k=2"), at(name), { recursive: true })
    const file = path(at(name))
    writeFileSync(file, edit(readFileSync(file)))
    return verifiedAt(at(name))
  }
  const table = (run: string): string =>
    join(run, "group-training", readdirSync(join(run, "group-training")).find((f) => f.startsWith("returns"))!)
  const digit = (bytes: Buffer) => Buffer.from(bytes.toString().replace(/\d\n$/, (d) => `${9 - Number(d[0])}\n`))
  assert.match((await change("v1", table, digit)).join(), /returns\..*csv: want bytes with SHA-256 .*, got /)
  const log = (run: string): string => join(run, "events.jsonl")
  const fewer = (bytes: Buffer) => bytes.subarray(0, bytes.indexOf("\n") + 1)
  assert.match(
    (await change("v2", log, fewer)).join(),
    /want events\.jsonl with \d+ rows, as the run left it, got others/
  )
  const summary = (run: string): string => join(run, "summary.json")
  const other = (bytes: Buffer) => Buffer.from(bytes.toString().replace(/"digest": "./, '"digest": "g'))
  assert.match((await change("v3", summary, other)).join(), /want artefacts with digest g/)
})

test("only runs and experiments are removed, and none that a process is at work on", async () => {
  cpSync(at("one"), at("gone"), { recursive: true })
  mkdirSync(at("mine"))
  await assert.rejects(
    Effect.runPromise(removeRuns(at("mine"))),
    /want the folder of a run or an experiment, got a folder of/
  )
  const held = Effect.scoped(
    Effect.andThen(lockDirectory(at("gone"), "sweep.lock"), Effect.flip(removeRuns(at("gone"))))
  )
  assert.match((await Effect.runPromise(held)).message, /got one that another process is writing/)
  assert.equal(await Effect.runPromise(removeRuns(at("gone"))), "experiment")
  assert.ok(!existsSync(at("gone")) && existsSync(at("mine")))
})

test("the command lists, compares and refuses in one sentence; without a terminal nothing is removed unasked", () => {
  const listed = pgex(["runs", "list", at("one"), "--where", "grouping.k=2", "--json"])
  assert.equal(listed.code, 0, listed.stderr)
  assert.deepEqual(
    JSON.parse(listed.stdout).runs.map((r: RunRow) => r.name),
    ["runs/seed=0,k=2"]
  )
  for (const [args, sentence] of [
    [
      ["list", at("one"), "--where", "grouping.kk=2"],
      /Cannot use --where: .*got grouping\.kk; did you mean grouping\.k\?/
    ],
    [
      ["compare", at("one")],
      /Cannot compare runs: want two runs or experiments, or one experiment and --by KEY, got one/
    ],
    [["rm", at("one")], /Cannot remove the experiment .*one: want --yes, got no terminal to ask at/]
  ] as const) {
    const { code, stderr } = pgex(["runs", ...args])
    assert.equal(code, 1)
    assert.match(stderr, sentence)
  }
  assert.ok(existsSync(at("one")))
})
