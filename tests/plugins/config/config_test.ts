import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { meaning, paths, presets, resolve } from "../../../plugins/config/mod.ts"
import { experiment } from "../../../plugins/runs/experiment.ts"
import { decodeSweep, sweepRuns } from "../../../plugins/sweeps/sweep.ts"

const from = (overlay: unknown, set: readonly string[] = []) => resolve(overlay, "my.json", { set })
const right = <A>(e: E.Either<Error, A>): A => (E.isRight(e) ? e.right : assert.fail(e.left.message))
const complaint = (e: E.Either<Error, unknown>): string => (E.isLeft(e) ? e.left.message : assert.fail("no error"))

test("every shipped preset is a valid configuration that names itself", () => {
  for (const [name, preset] of Object.entries(presets))
    assert.deepEqual(right(from({ preset: name })), { ...preset, preset: name })
})

test("every setting says what it means", () => {
  for (const path of paths()) assert.notEqual(meaning(path.split(".")), "", path)
})

test("a file overlays the preset it names, key by key", () => {
  const config = right(from({ preset: "paper", meta: { iterations: 7 }, family: { options: { gravity: 3 } } }))
  assert.equal(config.meta.iterations, 7)
  assert.equal(config.meta.stepsPerTask, presets.paper?.meta.stepsPerTask)
  assert.deepEqual(config.family.options, { gravity: 3 })
})

test("options of a preset's family do not reach another family, but those that are set do", () => {
  const options = (overlay: unknown, set: readonly string[] = []) =>
    right(resolve(overlay, "test", { set })).family.options
  assert.deepEqual(options({ preset: "quick" }), { jitter: 0.2 })
  assert.deepEqual(options({ family: { id: "cartpole-length" } }), {})
  assert.deepEqual(options({ family: { id: "cartpole-length", options: { from: 1 } } }), { from: 1 })
  assert.deepEqual(options({ preset: "quick" }, ["family.id=navigation-uniform"]), {})
  assert.deepEqual(options({ family: { id: "cartpole-mirrored", n: 4 } }), { jitter: 0.2 })
})

test("an unknown key is refused with the nearest valid name", () => {
  assert.match(complaint(from({ meta: { iteration: 3 } })), /meta\.iteration from my\.json.*did you mean iterations\?/)
  assert.match(complaint(from({ stepsPerTask: 1 })), /did you mean meta\.stepsPerTask\?/)
  assert.match(complaint(from({}, ["meta.steps=3"])), /did you mean stepsPerTask\?/)
  assert.match(complaint(from({ preset: "quik" })), /did you mean quick\?/)
})

test("a value out of range is refused with its key, its range and its meaning", () => {
  assert.match(complaint(from({ meta: { iterations: 0 } })), /meta\.iterations.*between 1 and 1000000 \(.*\), got 0/)
  assert.match(complaint(from({ surrogate: { subsets: "most" } })), /surrogate\.subsets.*"all" \| number.*got "most"/)
  assert.match(complaint(from({ meta: 3 })), /meta from my\.json: want object, got 3/)
  assert.match(complaint(from({ surrogate: { subsetSize: 11 } })), /at most the 10 tasks of family\.n, got 11/)
  assert.match(complaint(from({ grouping: { k: 11 } })), /grouping\.k.*at most the 10 tasks/)
})

test("several settings in one value say the same by --set, in a file and in an experiment", () => {
  for (const [path, value] of [
    ["algorithm.ppo", { epochs: 2, batch: 64 }],
    ["family.options", { jitter: 0.1 }],
    ["network.options", { layerNorm: true }],
    ["firstOrder.distances", [0.5]]
  ] as const) {
    const file = path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
    const inFile = right(from(file))
    assert.deepEqual(right(from({}, [`${path}=${JSON.stringify(value)}`])), inFile, path)
    const swept = right(decodeSweep({ set: { [path]: value }, over: { seed: [0] } }, "FILE"))
    assert.deepEqual(right(sweepRuns(swept, "FILE"))[0]?.config, inFile, path)
  }
})

test("--set takes its type from the schema", () => {
  const config = right(
    from({}, [
      "meta.iterations=20",
      "session=wasm",
      "firstOrder.distances=[0.5]",
      "algorithm.ppo.klStop=0.1",
      "family.id=7"
    ])
  )
  assert.equal(config.meta.iterations, 20)
  assert.equal(config.session, "wasm")
  assert.deepEqual(config.firstOrder.distances, [0.5])
  assert.deepEqual(config.algorithm.ppo, { ...Object(presets.quick?.algorithm.ppo), klStop: 0.1 })
  assert.equal(config.family.id, "7")
  assert.match(complaint(from({}, ["meta.iterations=many"])), /--set meta\.iterations=many: want number.*got many/)
  assert.match(complaint(from({}, ["meta=3"])), /want one of its values \(meta\.iterations/)
  assert.match(complaint(from({}, ["seed"])), /want key=value/)
})

test("every setting of a preset can be set to the value it has", () =>
  fc.assert(
    fc.property(fc.constantFrom(...paths().filter((p) => !p.endsWith(".options") && p !== "algorithm")), (path) => {
      const value = path.split(".").reduce<unknown>((v, k) => Reflect.get(Object(v), k), presets.quick)
      if (value === undefined) return
      const text = typeof value === "string" ? value : JSON.stringify(value)
      assert.deepEqual(right(from({}, [`${path}=${text}`])), presets.quick)
    })
  ))

test("what computes: the flag wins over --set, that over the variable, that over the file, that over the preset", () => {
  const of = (choice: Parameters<typeof resolve>[2], file: object = {}) =>
    right(resolve(file, "my.json", choice)).session
  assert.equal(of({}), "auto")
  assert.equal(of({}, { session: "wasm" }), "wasm")
  assert.equal(of({ sessionVariable: "native" }, { session: "wasm" }), "native")
  assert.equal(of({ sessionVariable: "native", set: ["session=tfjs:cpu"] }, { session: "wasm" }), "tfjs:cpu")
  assert.equal(of({ sessionVariable: "native", set: ["session=wasm"], session: "reference" }), "reference")
})

test("a session that there is none of is refused with all there are, and with where it came from", () => {
  for (const [choice, source] of [
    [{ session: "cuda" }, "--session"],
    [{ sessionVariable: "cuda" }, "PGEX_SESSION"],
    [{ set: ["session=cuda"] }, "--set session=cuda"]
  ] as const) {
    const message = complaint(resolve({}, "my.json", choice))
    assert.ok(message.startsWith(`Cannot use session from ${source}: want "auto" | "native" | "wasm" | `), message)
    assert.match(message, /"tfjs:webgpu" .*got cuda$/)
  }
})

test("a script's run takes the variable where the script says nothing", async () => {
  const before = process.env.PGEX_SESSION
  process.env.PGEX_SESSION = "cuda"
  try {
    const silent = await Effect.runPromise(Effect.flip(experiment({}, { quiet: true })))
    assert.match(silent.message, /^Cannot use session from the script or PGEX_SESSION: .*got "?cuda/)
    const own = await Effect.runPromise(Effect.flip(experiment({ session: "wasm", family: { n: 0 } }, { quiet: true })))
    assert.match(own.message, /^Cannot use family\.n /)
  } finally {
    if (before === undefined) delete process.env.PGEX_SESSION
    else process.env.PGEX_SESSION = before
  }
})
