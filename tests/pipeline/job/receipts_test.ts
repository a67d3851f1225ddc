/** Every number of the report can be computed again from the files of the run, by other code than the job's. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as E from "fp-ts/lib/Either.js"
import { mean } from "../../../core/stat/mod.ts"
import { coveredDistance } from "../../../pipeline/mod.ts"
import { parseFirstOrderTable } from "../../../pipeline/stages/first_order/table.ts"
import { readNpy } from "../../../plugins/io/matrix/npy.ts"
import { right } from "../../algorithms/support.ts"
import { artefact, run, smallest, table, tiny } from "./support.ts"

const { data, files } = await run(tiny)

/** The same by the papers' way. */
const logistic = await run({
  ...tiny,
  grouping: { ...tiny.grouping, method: "sdp", k: 2 },
  surrogate: { ...tiny.surrogate, estimator: "logistic" }
})
const ids = data.tasks.map((t) => t.id)

const near = (got: number, want: number, what: string): void =>
  assert.ok(Math.abs(got - want) <= 1e-9 * Math.max(1, Math.abs(want)), `${what}: ${got}, want ${want}`)

test("mean returns of every row come from group-training/returns", () => {
  const rows = table(files, "group-training/returns")
  const { seeds, randomDraws } = tiny.groupTraining
  assert.equal(rows.length, ((data.comparison.length - 1) * seeds + randomDraws) * ids.length)
  const returnsOf = (some: typeof rows): number => mean(some.map((r) => Number(r.mean_return)))
  for (const { method, policies, perSeed, meanReturn, byTask, returnByTask = [], draws } of data.comparison) {
    const own = rows.filter((r) => r.method === method)
    const first = own.slice(0, ids.length)
    assert.deepEqual(
      first.map((r) => r.task),
      ids
    )
    assert.equal(new Set(first.map((r) => r.group)).size, policies)
    for (const [seed, value] of perSeed.entries())
      near(value, returnsOf(own.filter((r) => Number(r.seed) === seed)), `${method}, seed ${seed}`)
    for (const [t, value] of byTask.entries()) near(value, returnsOf(own.filter((r) => r.task === ids[t])), method)
    assert.equal(returnByTask.length, ids.length)
    for (const [t, { value, low, high, n }] of returnByTask.entries()) {
      near(value, byTask[t]!, `${method}, with its interval`)
      assert.ok(n === meanReturn.n && low <= value && value <= high)
    }
    near(meanReturn.value, returnsOf(own), method)
    assert.ok(meanReturn.low <= meanReturn.value && meanReturn.value <= meanReturn.high)
    if (draws === undefined) continue
    const each = Array.from({ length: draws.count }, (_, d) => returnsOf(own.filter((r) => Number(r.draw) === d)))
    assert.deepEqual([draws.count, meanReturn.n], [randomDraws, randomDraws])
    near(draws.low, Math.min(...each), "worst draw")
    near(draws.high, Math.max(...each), "best draw")
  }
})

test("groups at random, where they are asked for, are the ones that are trained and saved", async () => {
  const drawn = await run({ ...smallest, grouping: { ...smallest.grouping, method: "random" } })
  const rows = table(drawn.files, "group-training/returns").filter((r) => r.method === "groups by random")
  assert.deepEqual(
    rows.map((r) => Number(r.group)),
    drawn.data.grouping.labels
  )
  const policies = [...drawn.files.keys()].filter((path) => path.startsWith("group-training/policy-group-"))
  assert.equal(policies.length, drawn.data.grouping.k)
})

/** Ranks from 1, ties sharing their mean rank. */
const ranks = (x: readonly number[]): readonly number[] =>
  x.map((v) => 1 + x.filter((w) => w < v).length + (x.filter((w) => w === v).length - 1) / 2)

const pearson = (x: readonly number[], y: readonly number[]): number => {
  const [mx, my] = [mean(x), mean(y)]
  const product = (a: readonly number[], b: readonly number[], ma: number, mb: number): number =>
    a.reduce((s, v, i) => s + (v - ma) * (b[i]! - mb), 0)
  return product(x, y, mx, my) / Math.sqrt(product(x, x, mx, mx) * product(y, y, my, my))
}

test("the rank correlation of estimate and truth comes from surrogate/subsets and truth/returns", () => {
  const estimates = new Map(table(files, "surrogate/subsets").map((r) => [`${r.subset}|${r.task}`, Number(r.estimate)]))
  const returns = table(files, "truth/returns")
  assert.equal(returns.length, tiny.truth.subsets * tiny.truth.repeats * 2)
  const keys = [...new Set(returns.map((r) => `${r.subset}|${r.task}`))]
  const truth = new Map(
    keys.map((k) => [k, mean(returns.filter((r) => `${r.subset}|${r.task}` === k).map((r) => Number(r.curve_mean)))])
  )
  const taskOf = (k: string): string => k.slice(k.indexOf("|") + 1)
  const less = (of: ReadonlyMap<string, number>): readonly number[] =>
    keys.map((k) => of.get(k)! - mean(keys.filter((l) => taskOf(l) === taskOf(k)).map((l) => of.get(l)!)))
  const { rankCorrelation: said, points } = data.estimates!
  assert.ok(said !== undefined)
  near(said.value, pearson(ranks(less(estimates)), ranks(less(truth))), "rank correlation")
  assert.equal(said.n, keys.length)
  assert.ok(said.low <= said.value && said.value <= said.high)
  points.forEach((p) => {
    const at = keys.indexOf(`${p.subset.join(" ")}|${ids[p.task]}`)
    near(p.estimate, less(estimates)[at]!, "estimate")
    near(p.truth, less(truth)[at]!, "truth")
  })
  assert.equal(points.length, keys.length)
})

test("affinities, groups and learning curves are those of the files", () => {
  for (const { id, matrix } of data.affinities) {
    const stored = Array.from(right(readNpy(artefact(files, `affinity/${id}`), id)).data, Number)
    const known = matrix.flat()
    assert.deepEqual(
      stored.filter((_, at) => !Number.isNaN(known[at])),
      known.filter((v) => !Number.isNaN(v)),
      id
    )
    assert.ok(id === "truth" || known.every(Number.isFinite), id)
  }
  const groups = JSON.parse(new TextDecoder().decode(artefact(files, "grouping/groups")))
  assert.deepEqual(groups.labels.chosen, data.grouping.labels)
  assert.deepEqual(groups.tasks, ids)
  const { shape, data: curve } = right(readNpy(artefact(files, "meta-training/curve"), "curve"))
  assert.deepEqual(shape, [tiny.meta.iterations, ids.length])
  for (const { task, points } of data.learning) {
    for (const p of points) assert.equal(p.value, Number(curve[(p.iteration - 1) * ids.length + task]))
  }
})

const matrixOf = (id: string, of = data): readonly (readonly number[])[] => {
  const found = of.affinities.find((a) => a.id === id)
  return found === undefined ? assert.fail(`there is no affinity ${id}`) : found.matrix
}

test("the matrix of the trained subsets has a number for every pair that was trained together, and no other", () => {
  const trained = new Set(table(files, "truth/returns").map((row) => row.subset))
  assert.ok(trained.size < (data.tasks.length * (data.tasks.length - 1)) / 2)
  const together = (i: number, j: number) =>
    [...trained].some((s) => i !== j && [i, j].every((t) => s?.split(" ").includes(String(t))))
  for (const [i, row] of matrixOf("truth").entries())
    for (const [j, v] of row.entries()) assert.equal(Number.isNaN(v), !together(i, j), `${i} with ${j}`)
})

test("the affinities of equation 5 come from surrogate/subsets: the gain, and the loss as printed", () => {
  const n = ids.length
  const rows = table(logistic.files, "surrogate/subsets")
  for (const [id, column, sign] of [
    ["gain", "estimate", 1],
    ["eq5", "loss", -1]
  ] as const) {
    const f = [...new Set(rows.map((r) => r.subset ?? ""))].map((s) => {
      const own = rows.filter((r) => r.subset === s).map((r) => sign * Number(r[column]))
      return { tasks: s.split(" ").map(Number), value: mean(own) }
    })
    const matrix = matrixOf(id, logistic.data)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const both = f.filter(({ tasks }) => tasks.includes(i) && tasks.includes(j))
        near(matrix[i]![j]!, mean(both.map((s) => s.value)), `${id} ${i}, ${j}`)
      }
    }
  }
})

test("the centred affinity comes from surrogate/subsets, and gradient similarity from surrogate/gradients", () => {
  const n = ids.length
  const rows = table(files, "surrogate/subsets")
  const gain = (i: number, j: number): number =>
    Number(rows.find((r) => r.subset === [i, j].sort().join(" ") && r.task === ids[i])?.estimate)
  const others = (i: number): readonly number[] => ids.map((_, j) => j).filter((j) => j !== i)
  const own = (i: number, j: number): number => gain(i, j) - mean(others(i).map((k) => gain(i, k)))
  const gradients = right(readNpy(artefact(files, "surrogate/gradients"), "gradients"))
  const d = gradients.shape[1]!
  const g = Array.from({ length: n }, (_, i) => Array.from(gradients.data.subarray(i * d, (i + 1) * d), Number))
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, v, k) => s + v * b[k]!, 0)
  const largest = Math.max(...matrixOf("centred").flat())
  for (let i = 0; i < n; i++) {
    for (const j of others(i)) {
      const miss = matrixOf("centred")[i]![j]! - (own(i, j) + own(j, i)) / 2
      // Its regression has a ridge of a millionth.
      assert.ok(Math.abs(miss) <= 1e-4 * largest, `centred ${i}, ${j}: off by ${miss}`)
      near(matrixOf("cosine")[i]![j]!, dot(g[i]!, g[j]!) / Math.sqrt(dot(g[i]!, g[i]!) * dot(g[j]!, g[j]!)), "cosine")
    }
  }
})

test("every estimate by logistic regression has its certificate", () => {
  const rows = table(logistic.files, "surrogate/subsets")
  assert.ok(rows.length > 0)
  for (const r of rows) {
    assert.ok(Number(r.gradient_norm) >= 0 && Number(r.gradient_norm) < 1e-2, `${r.gradient_norm}`)
    assert.ok(Number(r.distance) > 0 && Number(r.objective) > 0 && Number(r.iterations) >= 1)
  }
})

test("the distance of every estimate is held against the first-order check", () => {
  const rows = table(files, "surrogate/subsets")
  const parsed = parseFirstOrderTable(new TextDecoder().decode(artefact(files, "first-order/table")))
  assert.deepEqual(parsed, E.right(data.firstOrder))
  const covered = coveredDistance(data.firstOrder, tiny.firstOrder.maximum)
  const distances = new Map(rows.map((r) => [r.subset ?? "", Number(r.distance)]))
  const beyond = [...distances.values()].filter((d) => d > covered).length
  const warned = data.warnings.find((w) => w.text.includes("estimates lie further from θ★"))
  assert.equal(warned?.text.startsWith(`${beyond} of ${distances.size} `) ?? false, beyond > 0)
})

const events = new TextDecoder()
  .decode(files.get("events.jsonl"))
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line))

test("the log has the curves of every group's trainings by group and seed, and of every subset's by repeat, each number once", () => {
  const keys = events.map(({ stage, step, task, metric }) => JSON.stringify([stage, step, task, metric]))
  assert.equal(new Set(keys).size, keys.length)
  const tasksOf = (stage: string) => [...new Set(events.filter((e) => e.stage === stage).map((e) => e.task))]
  const labels = data.grouping.labels
  for (const [g, label] of [...new Set(labels)].entries())
    for (let seed = 0; seed < tiny.groupTraining.seeds; seed++) {
      const members = ids.filter((_, i) => labels[i] === label)
      assert.deepEqual(tasksOf(`group-training/group ${g + 1}/seed ${seed}`), members)
    }
  for (const { repeat, subset = "" } of table(files, "truth/returns")) {
    const members = subset.split(" ").map((t) => ids[Number(t)])
    assert.deepEqual(tasksOf(`truth/tasks ${subset}/repeat ${repeat}`), members)
  }
})

test("the log has each task's mean return by iteration of meta-training", () => {
  for (const { task, points } of data.learning) {
    for (const p of points) {
      const found = events.filter(
        (e) =>
          e.stage === "meta-training" && e.metric === "meanReturn" && e.task === ids[task] && e.step === p.iteration - 1
      )
      assert.deepEqual(
        found.map((e) => e.value),
        [p.value]
      )
    }
  }
})

test("a run says so when it trained too few subsets to judge the estimates, and keeps their returns", async () => {
  for (const [subsets, why] of [
    [0, "no subset was trained"],
    [1, "no task is in two trained subsets"],
    [3, "no task is in two trained subsets"]
  ] as const) {
    const few = await run({ ...tiny, truth: { ...tiny.truth, subsets } })
    assert.equal(few.data.estimates, undefined)
    assert.ok(few.data.warnings.some((w) => w.text.startsWith(why)))
    const kept = [...few.files.keys()].some((path) => path.startsWith("truth/returns"))
    assert.equal(kept, subsets > 0)
    if (kept) assert.equal(table(few.files, "truth/returns").length, subsets * 2 * tiny.truth.repeats)
  }
})
