/** Learners, groupings and loggers of plugins in a run. */
import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import { Effect } from "effect"
import { standard } from "../../../envs/mod.ts"
import { checkPlugin } from "../../../plugins/loading/check.ts"
import { experiment, type Settings } from "../../../plugins/runs/experiment.ts"
import { tiny } from "../../pipeline/job/support.ts"
import { inFolder, load } from "./support.ts"

const library = new URL("../../../mod.ts", import.meta.url).href

const plugin = `
import { algorithms, definePlugin } from "${library}"
globalThis.logged = { rows: 0, closed: 0, name: "" }
const learner = algorithms.untyped({ ...algorithms.ppo, id: "ppo-again" })
export default definePlugin({
  policygradex: 1, name: "parts", version: "1", algorithms: [learner],
  groupings: [
    { id: "halves", summary: "first half, second half", group: (u) => u.map((_, i) => (2 * i < u.length ? 7 : 3)) },
    { id: "short", summary: "too few labels", group: () => [0] },
    { id: "throws", summary: "throws", group: () => { throw new Error("no idea") } }
  ],
  loggers: [
    { id: "counts", summary: "counts rows", open: (run) => {
      globalThis.logged.name = run.name
      return { log: (rows) => { globalThis.logged.rows += rows.length }, close: () => { globalThis.logged.closed++ } }
    } },
    { id: "fails", summary: "fails", open: () => ({ log: () => { throw new Error("disk full") } }) }
  ]
})
`

const small: Settings = {
  ...tiny,
  preset: "quick",
  family: { id: "lq-planted", n: 4, options: {} },
  meta: { ...tiny.meta, iterations: 1 },
  surrogate: { ...tiny.surrogate, subsetSize: 2, transitionsPerTask: 200 },
  truth: { ...tiny.truth, subsets: 0 },
  groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 1 }
}

const run = (settings: Settings) => Effect.runPromise(experiment({ ...small, ...settings }, { quiet: true }))

const failure = (settings: Settings) =>
  Effect.runPromise(Effect.flip(experiment({ ...small, ...settings }, { quiet: true })))

test("a run takes a plugin's learner, grouping and loggers; a logger that fails stops nothing", () =>
  inFolder({ "parts.ts": plugin }, async (folder) => {
    const plugins = [join(folder, "parts.ts")]
    const algorithm = { id: "ppo-again", "ppo-again": { learningRate: 1e-3 } }
    const data = await run({ plugins, algorithm, grouping: { method: "halves", k: 2 } })
    assert.deepEqual([data.grouping.method, data.grouping.k, data.grouping.labels], ["halves", 2, [0, 0, 1, 1]])
    assert.ok(data.comparison.some((c) => c.method === "groups by halves"))
    const { rows, closed, name } = Reflect.get(globalThis, "logged")
    assert.ok(rows > 0)
    assert.deepEqual([closed, name], [1, "memory"])
  }))

test("an unknown learner or method is refused with what there is; bad settings and labels by their own words", () =>
  inFolder({ "parts.ts": plugin }, async (folder) => {
    const plugins = [join(folder, "parts.ts")]
    const bad: readonly (readonly [Settings, RegExp])[] = [
      [{ plugins, algorithm: { id: "ppo-agian" } }, /want a learner \(ppo, ppo-again, sac, .*\).*did you mean ppo/],
      [{ plugins, grouping: { method: "halfs", k: 2 } }, /want a grouping method \(.*did you mean halves/],
      [{ grouping: { method: "sdpp", k: 2 } }, /did you mean sdp/],
      [
        { plugins, algorithm: { id: "ppo-again", "ppo-again": { clip: "no" } } },
        /algorithm\.ppo-again\.clip: want number, got "no"/
      ],
      [{ plugins, grouping: { method: "short", k: 2 } }, /labels of short: want 4 whole numbers.*got 1 labels: 0/],
      [{ plugins, grouping: { method: "throws", k: 2 } }, /group\(\) of throws, from plugin parts.*no idea/]
    ]
    for (const [settings, want] of bad) assert.match(String((await failure(settings)).message), want)
  }))

test("a grouping or logger whose id is taken keeps its plugin out", () => {
  const text = (what: string) => `export default { policygradex: 1, name: "x", version: "1", ${what} }`
  const files = {
    "a.ts": text('groupings: [{ id: "sdp", summary: "s", group: () => [] }]'),
    "b.ts": text('loggers: [{ id: "l", summary: "s", open: () => ({ log() {} }) }]'),
    "c.ts": text('loggers: [{ id: "l", summary: "s", open: () => ({ log() {} }) }]')
  }
  return inFolder(files, async (folder) => {
    const { problems, loggers } = await load(["./a.ts", "./b.ts", "./c.ts"], folder)
    assert.deepEqual(
      problems.map((p) => p.field),
      ["groupings sdp", "loggers l"]
    )
    assert.equal(loggers.length, 1)
  })
})

test("pgex plugin check holds loggers to laws: what they give, take and end", () => {
  const of = (id: string, open: string) => `{ id: "${id}", summary: "s", open: ${open} }`
  const loggers = [
    of("sound", "async ({ name, config }) => ({ log: (rows) => rows.length, close: async () => [name, config.seed] })"),
    of("bare", "() => ({ log() {} })"),
    of("throws", "() => { throw new Error('no server') }"),
    of("empty", "() => undefined"),
    of("dumb", "() => ({ log: 1 })"),
    of("greedy", "() => ({ log: (rows) => rows.sort((a, b) => b.step - a.step) })"),
    of("vain", "() => ({ log: (rows) => { for (const r of rows) r.value += 1 } })"),
    of("stuck", "() => ({ log() {}, close: async () => { throw new Error('no end') } })")
  ]
  const text = `export default { policygradex: 1, name: "x", version: "1", loggers: [${loggers.join(", ")}] }`
  return inFolder({ "x.ts": text }, async (folder) => {
    const { findings, subjects } = await Effect.runPromise(checkPlugin(join(folder, "x.ts"), standard))
    assert.deepEqual(subjects.map((s) => [s.kind, s.laws]).at(0), ["logger", 4])
    const found = findings.map((f) => `${f.subject}, ${f.law.split("(")[0]}: ${f.found}`)
    const want = [
      /^throws, open: it throws Error: no server$/,
      /^empty, open: want an object, got undefined$/,
      /^dumb, open: log: want a function, got number$/,
      /^greedy, log: it throws TypeError/,
      /^vain, log: it throws TypeError/,
      /^stuck, close: it throws Error: no end$/
    ]
    assert.equal(found.length, want.length, found.join("\n"))
    for (const [i, pattern] of want.entries()) assert.match(found[i]!, pattern)
  })
})

test("pgex plugin check holds groupings and learners to laws too", () => {
  const worse = plugin.replace(
    "algorithms.ppo, id",
    "algorithms.ppo, supports: () => false, makePolicy: () => { throw new Error('no policy') }, id"
  )
  return inFolder({ "parts.ts": plugin, "worse.ts": worse }, async (folder) => {
    const good = await Effect.runPromise(checkPlugin(join(folder, "parts.ts"), standard))
    assert.deepEqual(
      good.findings.map((f) => [f.subject, f.law]),
      [
        ["short", "a label for each task"],
        ["throws", "a label for each task"],
        ["fails", "log() takes rows as they are, several, none and again"]
      ]
    )
    assert.ok(good.subjects.some((s) => s.id === "ppo-again" && s.laws > 5))
    const bad = await Effect.runPromise(checkPlugin(join(folder, "worse.ts"), standard))
    assert.ok(bad.findings.some((f) => f.subject === "ppo-again" && /no policy/.test(f.found)))
  })
})
