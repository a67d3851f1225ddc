/** A run that selects: one task of each group to learn from, beside other sets, judged on tasks that it never saw. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Exit, Layer } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { Progress, type StageProgress } from "../../../core/service/progress.ts"
import { navigationUniform } from "../../../envs/mod.ts"
import type { RunConfig } from "../../../pipeline/config.ts"
import { intend, mainJob } from "../../../pipeline/mod.ts"
import { summaryText } from "../../../plugins/cli/summary.ts"
import { decodeConfig } from "../../../plugins/config/decode.ts"
import { named } from "../../../plugins/config/names.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { withKinds } from "../../plugins/sessions/support.ts"
import { artefact, smallest, table } from "./support.ts"

const config: RunConfig = {
  ...smallest,
  use: "select",
  family: { id: "navigation-uniform", n: 4, options: {} },
  meta: { ...smallest.meta, iterations: 1, stepsPerTask: 120 },
  surrogate: { ...smallest.surrogate, transitionsPerTask: 240 },
  grouping: { ...smallest.grouping, method: "sdp", k: 2 },
  selection: {
    learner: "maml",
    pick: "draw",
    iterations: 1,
    stepsPerTask: 200,
    vector: 1,
    seeds: 2,
    randomDraws: 3,
    adaptationSteps: 2,
    adaptationStepsPerTask: 100,
    unseen: 11,
    architectures: ["paco"]
  }
}

type Memory = ReturnType<typeof memoryStore>

/** One attempt at the run in this memory, stopped at such a report. */
const attempt = async (memory: Memory, c: RunConfig, stop: (p: StageProgress) => boolean = () => false) => {
  const reports: StageProgress[] = []
  const progress = Layer.succeed(Progress)({
    report: (p) =>
      Effect.suspend(() => {
        reports.push(p)
        return stop(p) ? Effect.interrupt : Effect.void
      }),
    say: () => Effect.void
  })
  const job = runJob(mainJob(catalog), { config: c, command: "pgex run" }).pipe(
    Effect.provide(Layer.merge(memory.layer, progress)),
    withKinds({})
  )
  return { exit: await Effect.runPromiseExit(job), reports }
}

const finished = async (memory: Memory, c = config) => {
  const { exit, reports } = await attempt(memory, c)
  return { data: Exit.isSuccess(exit) ? exit.value : assert.fail(String(exit)), reports }
}

const whole = memoryStore()
const { data, reports } = await finished(whole)
const { selection = assert.fail("the run selected nothing") } = data

const own = selection.rows.find((r) => r.kind === "chosen")?.parameters ?? assert.fail("no row chosen")

test("a run that selects has every row, and trains no groups and no truth", () => {
  assert.deepEqual(selection.rows.map((r) => [r.kind, r.size]).sort(), [
    ["all", 4],
    ["architecture", 4],
    ["chosen", 2],
    ["random", 2],
    ["similarity", 2]
  ])
  for (const r of selection.rows) {
    const { low, value, high, n } = r.meanReturn
    assert.ok(low <= value && value <= high && value < 0, r.method)
    assert.equal(n, r.kind === "random" ? 3 : 2)
    assert.equal(r.perSeed.length, 2)
    assert.equal(r.curve.length, 3)
    assert.equal(r.steps, r.size * 200)
    assert.equal(r.lessChosen === undefined, r.kind === "chosen")
    const told = r.kind === "architecture"
    assert.equal(r.method.endsWith("by paco"), told)
    assert.equal(r.parameters === own, !told)
  }
  assert.deepEqual(
    [...new Set(reports.map((r) => r.stage))],
    ["meta-training", "surrogate", "grouping", "first-order check", "selection", "adaptation"]
  )
  assert.deepEqual(data.comparison, [])
  assert.match(
    data.headline,
    /^4 tasks fall into 2 groups\. On 11 unseen tasks, after 2 steps of adaptation, what maml/
  )
})

test("the chosen sets have one task of each group, and no unseen task is one of the run", () => {
  const chosen = selection.rows.find((r) => r.kind === "chosen") ?? assert.fail("no row chosen")
  for (const set of chosen.sets) assert.deepEqual(set.map((t) => data.grouping.labels[t]).sort(), [0, 1])
  const rows = table(whole.files, "adaptation/returns")
  const known = new Set(data.tasks.map((t) => t.id))
  assert.equal(new Set(rows.map((r) => r.task)).size, 11)
  assert.ok(rows.every((r) => !known.has(r.task ?? "")))
  assert.equal(rows.length, 11 * (2 + 2 + 2 + 2 + 3))
  const of = rows.filter((r) => r.method === chosen.method).map((r) => Number(r.mean_return))
  assert.ok(Math.abs(of.reduce((a, b) => a + b, 0) / of.length - chosen.meanReturn.value) < 1e-9)
  assert.ok(artefact(whole.files, "selection/policy-seed-1").length > 0)
})

test("the summary and the report have the rows, and mark the run's own", () => {
  const text = summaryText(data, "r")
  assert.match(text, /\nMean return on 11 unseen tasks after 2 steps of adaptation, by what maml learned from\n/)
  assert.match(text, /\n {2}> one task of each group {2,}-/)
  const page = new TextDecoder().decode(whole.files.get("report.html"))
  assert.ok(text.includes("all 4 tasks by paco") && page.includes("all 4 tasks by paco"))
  assert.ok(page.includes("Which tasks to learn from") && page.includes("one task of each group (this run"))
  assert.ok(!page.includes("What the groups are worth"))
})

for (const [stage, done] of [
  ["selection", 0],
  ["selection", 2],
  ["adaptation", 0],
  ["adaptation", 21]
] as const)
  test(`a run that is stopped in its ${stage} at ${done} goes on to the same bytes, by workers too`, async () => {
    const memory = memoryStore()
    const stopped = await attempt(memory, config, (p) => p.stage === stage && p.done >= done)
    assert.ok(Exit.isFailure(stopped.exit))
    const again = await finished(memory, { ...config, workers: done === 2 ? 2 : 1 })
    assert.equal(again.data.receipts.digest, data.receipts.digest)
    assert.deepEqual(again.data.selection, data.selection)
    const firstOf = (of: string) => again.reports.find((p) => p.stage === of)
    if (stage === "adaptation") assert.equal(firstOf("selection")?.note, "finished before")
  })

test("medoids are the same for every seed, and any meta-learner learns from them", async () => {
  const other = { ...config, selection: { ...config.selection, pick: "medoid" as const, learner: "maml-trpo" } }
  const { selection: s = assert.fail("nothing") } = (await finished(memoryStore(), other)).data
  assert.equal(s.learner, "maml-trpo")
  assert.equal(s.rows.find((r) => r.kind === "chosen")?.sets.length, 1)
})

const refusal = (change: Partial<RunConfig>, known = catalog) =>
  Effect.runPromise(Effect.map(Effect.flip(intend({ ...config, ...change }, known)), (e) => e.message))

test("what a selection would fail at is refused before anything is computed", async () => {
  const selecting = (change: Partial<RunConfig["selection"]>) => ({ selection: { ...config.selection, ...change } })
  assert.equal(
    await refusal({ network: { ...config.network, taskOneHot: true } }),
    "Cannot select tasks for meta-learning: want a policy that is not told its task, got one that is; set network.taskOneHot=false"
  )
  assert.match(
    await refusal(selecting({ stepsPerTask: 201 })),
    /^Cannot train maml on 4 tasks \(selection\.iterations 1, selection\.stepsPerTask 201\): want stepsPerTask a multiple of 2/
  )
  assert.equal(
    await refusal(selecting({ vector: 2, adaptationStepsPerTask: 7 })),
    "Cannot adapt to unseen tasks: want selection.adaptationStepsPerTask a multiple of 2, selection.vector, got 7"
  )
  assert.match(
    await refusal({ ...selecting({ architectures: ["soft-modules"] }), network: { ...config.network, layers: 0 } }),
    /^Cannot learn from all tasks by soft-modules: want network\.layers a value between 1 and 64 for soft-modules, got 0; take soft-modules out of selection/
  )
  assert.match(
    await refusal(selecting({ architectures: ["pacos"] })),
    /^Cannot learn from all tasks by pacos: want .*paco.*, got pacos; did you mean paco\?$/
  )
  const few = { ...navigationUniform, draw: () => navigationUniform.tasks({ n: 5 }) }
  const registry = { ...catalog.registry, families: [few] }
  assert.equal(
    await refusal({}, { ...catalog, registry }),
    "Cannot draw unseen tasks: want 11 tasks of navigation-uniform that the run was not trained on, got 4; lower selection.unseen"
  )
})

test("an architecture that is none is refused with the nearest, and runs of before have none", () => {
  const refused = named({ ...config, selection: { ...config.selection, architectures: ["pacos"] } }, catalog)
  assert.ok(E.isLeft(refused))
  assert.match(
    refused.left.message,
    /^Cannot use selection\.architectures: want an architecture \(paco, .*\), got "pacos"; did you mean paco\?$/
  )
  const { architectures: _, ...before } = config.selection
  assert.ok(E.isRight(decodeConfig({ ...config, selection: before }, "a run of before")))
})

test("only a meta-learner learns from the selected tasks, and its settings are kept", () => {
  const refused = named({ ...config, selection: { ...config.selection, learner: "ppo" } }, catalog)
  assert.ok(E.isLeft(refused))
  assert.match(refused.left.message, /^Cannot use selection\.learner: want a meta-learner \(maml, .*\), got "ppo"/)
  const taken = named({ ...config, algorithm: { ...config.algorithm, maml: { inner: { rate: 0.5 } } } }, catalog)
  assert.ok(E.isRight(taken))
  assert.match(JSON.stringify(taken.right.algorithm.maml), /"rate":0.5/)
  const grouping = named({ ...config, use: "group" }, catalog)
  assert.ok(E.isRight(grouping) && grouping.right.algorithm.maml === undefined)
})
