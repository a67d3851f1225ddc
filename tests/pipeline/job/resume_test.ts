/** A run that is stopped and taken up again leaves the same bytes as one that was not, and computes nothing twice. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Context, Effect, Exit, Layer } from "effect"
import { RunStore, runStoreError } from "../../../core/service/run_store.ts"
import { summaryText } from "../../../plugins/cli/summary.ts"
import { digest, memoryStore } from "../../../plugins/runs/store/mod.ts"
import { unlike } from "../../plugins/sessions/support.ts"
import { type Attempt, attempt, config, finished, type Memory } from "./attempts.ts"
import { tiny } from "./support.ts"

const logged = (memory: Memory) =>
  new TextDecoder()
    .decode(memory.files.get("events.jsonl"))
    .trimEnd()
    .split("\n")
    .map((line) => {
      const { time: _, ...row } = JSON.parse(line)
      return row
    })

const keptOf = (memory: Memory): readonly string[] => [...memory.files.keys()].filter((p) => p.startsWith("kept/"))

const whole = memoryStore()
const { data: reference, reports } = await finished(whole)

/** What a run was, whoever it was interrupted by: digest, log and counted costs. */
const same = (memory: Memory, data: typeof reference, at: string) => {
  assert.equal(data.receipts.digest, reference.receipts.digest, at)
  assert.deepEqual(logged(memory), logged(whole), at)
  const counted = (d: typeof reference) => d.costs.map(({ work, flops, bytes }) => ({ work, flops, bytes }))
  assert.deepEqual(counted(data), counted(reference), at)
  assert.deepEqual(keptOf(memory), [], at)
}

/** The first report of each stage, and one from within. */
const places = reports.filter(({ done, total }) => done === 0 || done === Math.floor(total / 2))
for (const { stage, done } of places)
  test(`a run that is stopped in its ${stage} at ${done} goes on to the same bytes, log and counted costs`, async () => {
    const memory = memoryStore()
    const stopped = await attempt(memory, { stop: (p) => p.stage === stage && p.done === done })
    assert.ok(Exit.isFailure(stopped.exit))
    same(memory, (await finished(memory)).data, "taken up again")
  })

const small = { replay: 1000, learningStarts: 40, batch: 16, trainEvery: 10, updates: 2 }
for (const [what, other] of [
  ["SAC, whose replay is part of it", { ...config, algorithm: { id: "sac", sac: small } }],
  ["MAML", { ...config, algorithm: { id: "maml", maml: { inner: { learnRates: true } } } }],
  ["observations and rewards normalised", { ...config, normalise: { observation: true, reward: true } }]
] as const)
  test(`a meta-training that is stopped goes on from its checkpoint: ${what}`, async () => {
    const first = memoryStore()
    const { data } = await finished(first, { config: other })
    const memory = memoryStore()
    await attempt(memory, { config: other, stop: (p) => p.stage === "meta-training" && p.done === 3 })
    const again = await finished(memory, { config: other })
    const of = again.reports.filter((p) => p.stage === "meta-training").map((p) => p.done)
    assert.deepEqual(of, [0, 3, 4])
    assert.equal(again.data.receipts.digest, data.receipts.digest)
    assert.deepEqual(logged(memory), logged(first))
  })

test("a run that is stopped again and again comes to its end: every attempt gets one report further", async () => {
  const memory = memoryStore()
  let attempts = 0
  for (let seen = 1; ; seen++) {
    let left = seen
    const { exit } = await attempt(memory, { stop: () => left-- === 0 })
    attempts++
    if (Exit.isFailure(exit)) continue
    same(memory, exit.value, `after ${attempts} attempts`)
    break
  }
  assert.ok(attempts > 3)
})

test("what was finished is not computed again, and the run says what is of before", async () => {
  const memory = memoryStore()
  await attempt(memory, { stop: (p) => p.stage === "group training" && p.done === 2 })
  assert.deepEqual(
    keptOf(memory).filter((p) => !p.includes("training/")),
    [
      "kept/meta-training.bin",
      "kept/surrogate.bin",
      "kept/grouping.bin",
      "kept/first-order-check.bin",
      "kept/truth.bin"
    ]
  )
  const { data, reports } = await finished(memory)
  const notes = (stage: string) => reports.filter((p) => p.stage === stage).map((p) => p.note)
  for (const stage of ["meta-training", "surrogate", "grouping", "first-order check", "truth"])
    assert.deepEqual(notes(stage), ["finished before"], stage)
  const { sessions, digest } = data.receipts
  assert.deepEqual(
    sessions.map((s) => s.stages),
    [["group training"]]
  )
  assert.ok(sessions[0]!.work.flops < reference.receipts.sessions[0]!.work.flops / 2)
  assert.equal(digest, reference.receipts.digest)
  const note = data.warnings.find((w) => w.text.startsWith("the run was resumed"))
  assert.match(
    note?.text ?? "",
    /of an earlier attempt are meta-training .* s, .*group training .* s: costs and seconds/
  )
  assert.match(summaryText(data, "r"), /truth .*; .* s of it before the run was resumed/)
  assert.ok(new TextDecoder().decode(memory.files.get("report.html")).includes("seconds before it was resumed"))
  for (const c of data.costs) assert.equal(c.secondsBefore !== undefined && c.seconds >= c.secondsBefore, true, c.work)
})

test("a kept result that was damaged is computed again, and the run says so", async () => {
  for (const stage of ["truth", "meta-training", "group training"]) {
    const memory = memoryStore()
    await attempt(memory, { stop: (p) => p.stage === "group training" && p.done === 2 })
    const paths = keptOf(memory).filter((p) => p.startsWith(`kept/${stage.replace(" ", "-")}`))
    assert.ok(paths.length > 0)
    for (const path of paths)
      memory.files.set(
        path,
        (memory.files.get(path) ?? assert.fail(path)).map((b) => b ^ 1)
      )
    const { data, said } = await finished(memory)
    same(memory, data, stage)
    assert.equal(said.length, paths.length)
    for (const s of said)
      assert.match(s, /^Cannot use kept\/.*: want what the run kept there, got other bytes.*computed anew$/)
  }
})

test("a checkpoint that was cut short costs the training, not the run", async () => {
  const memory = memoryStore()
  await attempt(memory, { stop: (p) => p.stage === "meta-training" && p.done === 3 })
  const path = "kept/meta-training/checkpoint.bin"
  assert.deepEqual(keptOf(memory), [path])
  memory.files.set(path, (memory.files.get(path) ?? assert.fail(path)).subarray(0, 1000))
  const { data, said } = await finished(memory)
  assert.equal(said.length, 1)
  same(memory, data, "cut short")
})

/** Changes what a kept file holds, as another version would have written it. */
const rewrite = (memory: Memory, path: string, change: (text: string) => string): void => {
  const bytes = memory.files.get(path) ?? assert.fail(path)
  // Only its JSON, by texts of equal length: arrays stay where they are.
  const body = Uint8Array.from(bytes.subarray(64))
  const text = new TextDecoder("latin1").decode(body)
  const changed = change(text)
  assert.equal(changed.length, text.length)
  for (const [i, c] of [...changed].entries()) if (c !== text[i]) body[i] = c.charCodeAt(0)
  memory.files.set(path, Uint8Array.from([...new TextEncoder().encode(digest(body)), ...body]))
}

for (const [what, from, to, sentence] of [
  [
    "of another version of the learner",
    "ppo@1",
    "ppo@0",
    /^Cannot load a training state: want .*ppo@1.*, got .*ppo@0.*; meta-training begins anew$/
  ],
  [
    "that lacks a part",
    '"curve"',
    '"curvy"',
    /^Cannot use what was kept of meta-training\/checkpoint: want what this version keeps, got .*computed anew$/s
  ]
] as const)
  test(`a checkpoint ${what} is not taken, and the run says why`, async () => {
    const memory = memoryStore()
    await attempt(memory, { stop: (p) => p.stage === "meta-training" && p.done === 3 })
    rewrite(memory, "kept/meta-training/checkpoint.bin", (text) => text.replace(from, to))
    const { data, said } = await finished(memory)
    assert.equal(said.length, 1)
    assert.match(said[0] ?? "", sentence)
    same(memory, data, what)
  })

test("what was kept under other settings is not taken", async () => {
  const memory = memoryStore()
  await attempt(memory, { stop: (p) => p.stage === "group training" })
  const other = {
    ...config,
    groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 1 },
    truth: { ...config.truth, subsets: 2 }
  }
  const { data, reports } = await finished(memory, { config: other })
  const alone = await finished(memoryStore(), { config: other })
  const trained = (d: typeof data) => d.receipts.artefacts.filter((a) => a.name === "returns").map((a) => a.path)
  assert.deepEqual(trained(data), trained(alone.data))
  assert.ok(reports.some((p) => p.stage === "surrogate" && p.note === "finished before"))
  assert.ok(!reports.some((p) => p.stage === "truth" && p.note === "finished before"))
})

test("a disk that keeps nothing stops no run: it says once that it could not be taken up again", async () => {
  const memory = memoryStore()
  const full = runStoreError({ reason: "not-writable", path: "kept", want: "room", got: "a full disk" })
  const store = Layer.effect(RunStore)(
    Effect.map(Layer.build(memory.layer), (c) => {
      const inner = Context.get(c, RunStore)
      return { ...inner, kept: { ...inner.kept, put: () => Effect.fail(full) } }
    })
  )
  const { data, said } = await finished(memory, { store })
  same(memory, data, "full disk")
  assert.deepEqual(said, [
    "Cannot use kept: want room, got a full disk; the run goes on, but could not be taken up again from here"
  ])
})

test("where bits depend on the machine, another one takes whole stages only, and the run says so", async () => {
  const memory = memoryStore()
  const at = (machine: string): Attempt => ({
    store: Layer.effect(RunStore)(
      Effect.map(Layer.build(memory.layer), (c) => {
        const inner = Context.get(c, RunStore)
        return { ...inner, kept: { ...inner.kept, machine } }
      })
    ),
    kinds: { wasm: unlike }
  })
  await attempt(memory, { ...at("one"), stop: (p) => p.stage === "truth" && p.done === 2 })
  assert.ok(keptOf(memory).includes("kept/truth/0.bin"))
  const { data, reports } = await finished(memory, at("another"))
  const of = (stage: string) => reports.filter((p) => p.stage === stage)
  assert.equal(of("surrogate")[0]?.note, "finished before")
  assert.equal(data.costs.find((c) => c.work === "truth")?.secondsBefore, undefined)
  const caution = data.warnings.find((w) => w.text.startsWith("not all stages were computed by the same session"))
  assert.match(
    caution?.text ?? "",
    /meta-training by wasm on one; .*truth by wasm on another; group training by wasm on ano/
  )
  assert.equal(data.receipts.digest, reference.receipts.digest)
})

test("a run on workers that is stopped goes on on one thread, and the other way round", async () => {
  for (const [first, then] of [
    [2, 1],
    [1, 2]
  ] as const) {
    const memory = memoryStore()
    await attempt(memory, { config: { ...config, workers: first }, stop: (p) => p.stage === "truth" && p.done === 1 })
    const { data } = await finished(memory, { config: { ...config, workers: then } })
    assert.equal(data.receipts.digest, reference.receipts.digest)
  }
})
