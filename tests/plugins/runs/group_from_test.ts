/** Groups from given transitions: what they hold that cannot be used is refused by name. */
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { Effect } from "effect"
import { observationScale } from "../../../algorithms/internal.ts"
import { type GivenFiles, groupFrom } from "../../../mod.ts"
import { floatsOf, type NumberArray } from "../../../plugins/io/matrix/mod.ts"
import { importedCase } from "../exchange/support.ts"
import { type Columns, caseOf, inFolder, transitions, writeNpz } from "./given.ts"

const settings = { session: "wasm", workers: 1, firstOrder: { directions: 2, distances: [0.001] } } as const
const run = (files: GivenFiles) => Effect.runPromise(groupFrom(files, settings, { quiet: true }))

/** The error's sentence. */
const refusal = (files: GivenFiles): Promise<string> =>
  run(files).then(
    () => "grouped",
    (e: unknown) => (e instanceof Error ? e.message : String(e))
  )

const policyName = "cleanrl_discrete"
const whole = transitions(policyName)

const numbers = (x: NumberArray): Float64Array => Float64Array.from(floatsOf(x))

const without = (...names: readonly string[]): Columns =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name)))
const changed = (name: string, change: (data: Float64Array) => void): Columns => {
  const [data, shape] = whole[name]!
  const copy = numbers(data)
  change(copy)
  return { ...whole, [name]: [copy, shape] }
}
const renamed = (from: string, to: string): Columns => ({ ...without(from), [to]: whole[from]! })

test("tasks whose advantages pull two ways fall into two groups, whatever the file's form", () =>
  inFolder(policyName, async (folder, policy) => {
    const found = await run({ data: writeNpz(folder, whole), policy })
    assert.deepEqual(found.grouping.labels, [0, 1, 0, 1])
    const packed = await run({ data: writeNpz(folder, whole, 6), policy })
    assert.deepEqual(packed.affinities, found.affinities)
    assert.equal(found.prediction?.unit, "gain")
    assert.ok(found.firstOrder.length > 0)
  }))

/** Columns as arrays of steps and two environments, and columns that have everything twice. */
const halved = (...names: readonly string[]): Columns =>
  Object.fromEntries([...names, "log_prob"].map((name) => [name, [whole[name]![0], [320, 2]]]))
const doubled = (name: string): Columns => {
  const twice = Float64Array.from([...numbers(whole[name]![0])].flatMap((x) => [x, x]))
  return { [name]: [twice, [640, 2]] }
}

const never = new Uint8Array(640)
const doneNever: Columns = { terminated: [never, [640]], truncated: [never, [640]] }

const bad: readonly (readonly [what: string, columns: Columns, want: RegExp, options?: Partial<GivenFiles>])[] = [
  [
    "a column that is misnamed",
    renamed("observation", "obsrvation"),
    /want a column observation, got .*; did you mean obsrvation\?/
  ],
  ["rows without actions", without("action"), /want a column action, got/],
  ["rows without a task", without("task"), /want a column task, got/],
  [
    "rows without advantage or reward",
    without("advantage"),
    /want a column advantage, or reward with terminated and truncated/
  ],
  [
    "rewards with done alone",
    { ...without("advantage"), reward: whole.advantage!, done: whole.task! },
    /done does not tell an end from a time limit/
  ],
  [
    "observations of another size",
    { ...whole, observation: [new Float32Array(640 * 3), [640, 3]] },
    /want 4 numbers of observation a row, as the policy takes, got 3/
  ],
  [
    "arrays of steps and environments",
    { ...whole, observation: [whole.observation![0], [320, 2, 4]], ...halved("action", "task", "env", "advantage") },
    /want 1 value of task a row, got 2; arrays of steps and environments become rows by x\.reshape/
  ],
  ["two advantages a row", { ...whole, ...doubled("advantage") }, /want 1 value of advantage a row, got 2; arrays of/],
  [
    "actions that are one-hot",
    { ...whole, ...doubled("action") },
    /want 1 number of action a row, .* got 2; write which action it was: action\.argmax\(-1\)/
  ],
  [
    "columns of different length",
    { ...whole, advantage: [new Float64Array(10), [10]] },
    /want 640 rows of each column, as observation has, got 10 of advantage/
  ],
  [
    "actions out of range",
    changed("action", (a) => (a[5] = 2)),
    /want whole actions from 0 to 1, as the policy has them, got 2 in row 5/
  ],
  [
    "numbers that are not finite",
    changed("observation", (o) => o.fill(Number.NaN, 8, 16)),
    /want finite numbers, got 2 rows of observation that are not, the first row 2; leave these rows out with --drop-nan/
  ],
  [
    "advantages that are all 0",
    changed("advantage", (a) => a.fill(0, 160, 320)),
    /want advantages of 1 that differ, got all 0/
  ],
  ["one task", changed("task", (t) => t.fill(7)), /want two tasks at least, got one: 7; tell tasks apart by/],
  ["a task of ten rows", changed("task", (t) => t.fill(9, 0, 10)), /want 64 rows of every task at least, got 10 of 9/],
  [
    "log π of another policy",
    changed("log_prob", (l) => l.fill(-3, 2, 3)),
    /want log π of row 2 as it is logged, -3, got -?\d\.\d+; none of these explains it, alone or two at a time: .*nonlinearity is relu.*counted from 1/
  ],
  [
    "actions counted from 1, as log π tells",
    { ...whole, action: [numbers(whole.action![0]).map((a) => 1 - Number(a)), [640]] },
    /want log π of row \d+ as it is logged/
  ],
  [
    "a time limit that episodes go beyond",
    { ...whole, reward: whole.advantage!, ...doneNever },
    /want max episode steps of at least \d{2,}, as the longest episode has, got 5; give the steps after which/,
    { maxEpisodeSteps: 5 }
  ],
  ["an ending that is none", whole, /want a file that ends in \.npz, .*got \.txt/, { data: "rows.txt" }],
  ["a task that no column tells", whole, /--task-from file, .*, got goal; /, { taskFrom: "goal" }]
]

for (const [what, columns, want, options] of bad) {
  test(`${what}: refused by name`, () =>
    inFolder(policyName, async (folder, policy) => {
      writeFileSync(join(folder, "rows.txt"), "")
      const data = typeof options?.data === "string" ? { data: join(folder, options.data) } : {}
      assert.match(await refusal({ data: writeNpz(folder, columns), policy, ...options, ...data }), want)
    }))
}

test("rows with numbers that are not finite are left out where that is asked for, and counted", () =>
  inFolder(policyName, async (folder, policy) => {
    const data = writeNpz(
      folder,
      changed("observation", (o) => o.fill(Number.NaN, 8, 16))
    )
    const { warnings } = await run({ data, policy, dropNaN: true })
    assert.ok(warnings.some((w) => w.text.startsWith("2 rows were left out")))
  }))

/** What a person did wrong, as log π shows it: rows of a policy, changed. */
const acted =
  (f: (a: number) => number) =>
  (c: Columns): Columns => ({
    ...c,
    action: [numbers(c.action![0]).map(f), c.action![1]]
  })
const scaled = { moments: "vec_normalize.pkl" }
const same = (c: Columns): Columns => c

/** Observations as the network saw them. */
const normalised = (c: Columns): Columns => {
  const imported = importedCase(caseOf("ppo_pendulum"))
  const scale = observationScale(imported.policy, imported.moments ?? new Float64Array(0))
  const seen = numbers(c.observation![0]).map((x, i) => (x - scale.mean[i % 3]!) / scale.deviation[i % 3]!)
  return { ...c, observation: [seen, c.observation![1]] }
}

const causes: readonly (readonly [
  what: string,
  policy: string,
  change: (c: Columns) => Columns,
  options: Partial<GivenFiles>,
  want: RegExp
])[] = [
  ["another nonlinearity", policyName, same, { activation: "relu" }, /the nonlinearity is tanh: say --activation tanh/],
  ["actions counted from 1", policyName, acted((a) => a + 1), {}, /want whole actions from 0 to 1/],
  [
    "actions scaled to [−1, 1]",
    "ppo_pendulum",
    acted((a) => a / 2),
    scaled,
    /actions are scaled to \[−1, 1\]: log them/
  ],
  [
    "actions through tanh",
    "ppo_pendulum",
    acted(Math.tanh),
    scaled,
    /actions went through tanh: log them as they were drawn/
  ],
  [
    "clipped actions",
    "ppo_pendulum",
    acted((a) => Math.max(-2, Math.min(2, a))),
    scaled,
    /actions were clipped to the env/
  ],
  ["moments that are not given", "ppo_pendulum", same, {}, /the policy saw normalised observations.*--moments/],
  [
    "observations normalised twice",
    "ppo_pendulum",
    normalised,
    scaled,
    /are normalised already: say so by --normalised/
  ],
  [
    "observations normalised twice, without log π",
    "ppo_pendulum",
    ({ log_prob: _, ...c }) => normalised(c),
    scaled,
    /want observations as the environment gave them.*normalised already as it seems; say so by --normalised/
  ],
  [
    "observations that are not normalised yet",
    "ppo_pendulum",
    same,
    { ...scaled, normalised: true },
    /are not normalised yet: leave out --normalised/
  ],
  [
    "observations normalised twice and actions scaled to [−1, 1]",
    "ppo_pendulum",
    (c) => normalised(acted((a) => a / 2)(c)),
    scaled,
    /are normalised already, and actions are scaled to \[−1, 1\]: say so by --normalised, and log them as they were drawn/
  ],
  [
    "moments that are not given and actions through tanh",
    "ppo_pendulum",
    acted(Math.tanh),
    {},
    /the policy saw normalised observations.*, and actions went through tanh: give VecNormalize's moments/
  ],
  [
    "squashed actions as the environment got them",
    "sac_pendulum",
    acted((a) => 2 * a),
    { actions: "unit" },
    /actions are scaled to the environment's bounds: say so by --actions played/
  ]
]

for (const [what, name, change, options, want] of causes) {
  test(`${what}: the cause is told`, () =>
    inFolder(name, async (folder, policy) => {
      const given = { data: writeNpz(folder, change(transitions(name))), policy, ...options }
      const moments = options.moments === undefined ? {} : { moments: join(folder, options.moments) }
      assert.match(await refusal({ ...given, ...moments }), want)
    }))
}

test("squashed actions are taken as they are told to be, within [-1, 1] or in the environment's range", () =>
  inFolder("sac_pendulum", async (folder, policy) => {
    const rows = transitions("sac_pendulum")
    const unit = await run({ data: writeNpz(folder, rows), policy })
    const [action, shape] = rows.action!
    const wide: Columns = { ...rows, action: [numbers(action).map((a) => 2 * Number(a)), shape] }
    const played = await run({ data: writeNpz(folder, wide), policy })
    assert.deepEqual(played.grouping.labels, unit.grouping.labels)
    assert.equal(caseOf("sac_pendulum").value, undefined)
  }))
