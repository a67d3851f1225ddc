/** The rows of the comparison, really trained. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { ppo } from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { Workers } from "../../../pipeline/jobs/job.ts"
import { settingOf, type TrainingSpec } from "../../../pipeline/jobs/spec.ts"
import { type Trained, trainAll } from "../../../pipeline/mod.ts"
import { bestRow } from "../../../pipeline/stages/comparison.ts"
import { type GroupTrainingInput, trainGroups } from "../../../pipeline/stages/group_training.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { inSession, right } from "../../algorithms/support.ts"

const family = catalog.registry.families.find((f) => f.id === "lq-planted") ?? assert.fail("no family")
const { tasks } = right(family.tasks({ n: 4 }))

const spec: TrainingSpec = {
  environment: family.environment.id,
  algorithm: "ppo",
  algorithmConfig: { ...ppo.defaults, batch: 16, epochs: 2 },
  network: { layers: 2, width: 32, activation: "tanh", taskOneHot: false },
  taskIds: tasks.map((t) => t.id),
  environmentsPerTask: 2,
  stepsPerTask: 32,
  episodes: 2
}

const here = <A, Err>(effect: Effect.Effect<A, Err, Workers>) =>
  inSession(Effect.provide(effect, Workers.here(catalog)))

const [meta = assert.fail("no θ★")] = await here(trainAll(spec, [{ tasks, iterations: 1, key: zeroKey }]))
const setting = await Effect.runPromise(settingOf(spec, catalog))

/** All rows of four tasks in two groups, and every training that was told of. */
const rowsOf = async (change: Partial<GroupTrainingInput["config"]> = {}) => {
  const config = { iterations: 4, budget: "updates", seeds: 2, randomDraws: 5, exhaustiveUpTo: 0, ...change } as const
  const told: Trained[] = []
  const totals: number[] = []
  const input = {
    spec,
    tasks,
    method: "sdp",
    labels: { chosen: [0, 1, 0, 1], cosine: [0, 1, 0, 1], random: [0, 0, 1, 1] },
    config,
    start: { policy: meta.policy, value: meta.value },
    key: child(zeroKey, "groups")
  }
  const begin = (total: number) =>
    Effect.sync(() => {
      totals.push(total)
      return (_: unknown, t: Trained) => Effect.sync(() => void told.push(t))
    })
  const result = await here(trainGroups(input, setting, begin))
  assert.deepEqual(totals, [told.length], "trainings that were foreseen")
  const row = (kind: string) => result.rows.find((r) => r.kind === kind) ?? assert.fail(`no row ${kind}`)
  return { ...result, row, trainings: told.length }
}

test("trainings that several rows share are done once", async () => {
  const { row, trainings } = await rowsOf()
  assert.deepEqual(row("similarity").trials, row("groups").trials)
  // A seed: two groups, one policy, one told, four alone; and of random groups those that are not among these.
  const random = new Set(
    row("random").trials.flatMap(({ labels, seed }) =>
      [0, 1].map((g) => `${seed}:${labels.flatMap((l, i) => (l === g ? [i] : []))}`)
    )
  )
  const shared = ["0,2", "1,3"].flatMap((g) => [`0:${g}`, `1:${g}`]).filter((g) => random.has(g))
  assert.equal(trainings, 2 * (2 + 1 + 1 + 4) + random.size - shared.length)
})

test("with equal operations every row takes as many as training each task alone, to half an iteration", async () => {
  const equal = await rowsOf({ budget: "compute" })
  const alone = equal.row("alone").operations
  for (const { method, operations, labels } of equal.rows) {
    const half = (new Set(labels).size * alone) / 4 / 2
    assert.ok(Math.abs(operations - alone) <= half, `${method}: ${operations} of ${alone}`)
  }
  // The optimiser's part of an update is one for all tasks: one policy has operations left for further iterations.
  const updates = await rowsOf()
  assert.ok(updates.row("one").operations < equal.row("one").operations)
  assert.ok(updates.row("one").steps < equal.row("one").steps)
  assert.deepEqual(updates.row("alone"), equal.row("alone"))
})

test("the best of all partitions is found by training all groups, each once a seed", async () => {
  const { row, rows, trainings, leftOut } = await rowsOf({ exhaustiveUpTo: 4, iterations: 1 })
  assert.equal(trainings, 2 * (15 + 1))
  assert.ok(!leftOut.some((r) => r.method === row("best").method))
  const total = (r: (typeof rows)[number], seed: number): number =>
    r.trials.filter((t) => t.seed === seed).reduce((sum, t) => sum + t.returns.reduce((a, b) => a + b, 0), 0)
  // By the other of two seeds none of the trained partitions is better.
  for (const seed of [0, 1]) {
    const chosen = row("best").trials[seed]?.labels.join() ?? ""
    const others = rows.filter((r) => ["groups", "one", "alone"].includes(r.kind))
    const same = others.find((r) => r.labels.join() === chosen)
    for (const r of others)
      if (same !== undefined) assert.ok(total(r, 1 - seed) <= total(same, 1 - seed) + 1e-9, r.method)
  }
  assert.ok(
    (await rowsOf({ iterations: 1 })).leftOut.some((r) => /more than groupTraining\.exhaustiveUpTo, 0/.test(r.why))
  )
})

test("bestRow() judges each seed by the partition that is best for the others", () => {
  // Two tasks: together they are lucky with seed 0 and bad with the others.
  const returnOf = (members: readonly number[], seed: number): number =>
    members.length === 1 ? 1 : seed === 0 ? 100 : 0
  const { labels, trials } = bestRow(2, 3, returnOf)
  assert.deepEqual(labels, [0, 0])
  assert.deepEqual(
    trials.map((t) => t.labels),
    [
      [0, 1],
      [0, 0],
      [0, 0]
    ]
  )
  assert.deepEqual(bestRow(2, 1, returnOf).trials, [{ labels: [0, 0], seed: 0, draw: 0 }])
})
