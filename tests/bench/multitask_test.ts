import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { mkdtemp, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, type FileSystem, Schema, type Scope } from "effect"
import fc from "fast-check"
import { aggregatorIds, architectures, widthFor } from "../../algorithms/internal.ts"
import { book } from "../../bench/multitask/book.ts"
import { compete } from "../../bench/multitask/compete.ts"
import { contenders, wanted } from "../../bench/multitask/contenders.ts"
import { type Ground, grounds } from "../../bench/multitask/grounds.ts"
import { mt10Picture } from "../../bench/multitask/picture.ts"
import { type Asked, askedOf, open, settingFor, widthOf } from "../../bench/multitask/prepare.ts"
import { publicCurves } from "../../bench/multitask/public_curves.ts"
import { Comparison } from "../../bench/multitask/report.ts"
import { tableOf } from "../../bench/multitask/table.ts"
import { trainTasks } from "../../bench/multitask/train.ts"
import { zeroKey } from "../../core/random/mod.ts"
import type { Session } from "../../core/service/session.ts"
import { layer } from "../../plugins/sessions/wasm/mod.ts"

const here = <A, E>(effect: Effect.Effect<A, E, Session | Scope.Scope | FileSystem.FileSystem>): Promise<A> =>
  Effect.runPromise(Effect.scoped(effect).pipe(Effect.provide(layer()), Effect.provide(NodeServices.layer)))

const inFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "multitask-"))
  try {
    await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const navigation: Ground = { ...grounds.find((g) => g.name === "navigation")!, steps: 2048, points: 2, episodes: 2 }
const named = (name: string) => contenders.find((c) => c.name === name)!

test("--only takes one contender by its whole name, and all that have any other text", () => {
  const names = (only: string, name = "navigation") => wanted({ name }, only).map((c) => c.name)
  for (const { name } of contenders) assert.deepEqual(names(`navigation: ${name}`), [name])
  assert.deepEqual(names("navigation: mlp", "halfcheetah-direction"), [])
  assert.deepEqual(
    [names("navigation"), names("")],
    [contenders, contenders].map((all) => all.map((c) => c.name))
  )
  assert.deepEqual(names("groups"), ["the tool's groups", "the tool's groups, told"])
  const few = { name: "navigation", contenders: ["multi-head"] }
  assert.deepEqual(
    ["", "navigation: multi-head", "mlp"].map((only) => wanted(few, only).map((c) => c.name)),
    [["multi-head"], ["multi-head"], []]
  )
})

test("widthFor() is the width that no other one is nearer than", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 50 }), fc.nat(1e6), (a, b, wanted) => {
      const sizeOf = (w: number): number => a * w * w + b * w
      const far = (w: number): number => Math.abs(sizeOf(w) - wanted)
      const width = widthFor(sizeOf, wanted)
      assert.ok(width >= 1 && far(width) <= far(width + 1))
      assert.ok(width === 1 || far(width) <= far(width - 1))
    })
  ))

test("every architecture and combination contends, each architecture beside a perceptron of as many parameters", () =>
  here(
    Effect.gen(function* () {
      const opened = yield* open(navigation)
      const sizeOf = Effect.fnUntraced(function* (name: string, policies = 1) {
        const c = named(name)
        return policies * (yield* settingFor(opened, c, widthOf(opened, c, policies))).policy.size
      })
      const near = (a: number, b: number): boolean => Math.abs(a / b - 1) < 0.04
      for (const { id } of architectures.filter((a) => a.id !== "mlp"))
        assert.ok(near(yield* sizeOf(`mlp as large as ${id}`), yield* sizeOf(id)), id)
      const whole = yield* sizeOf("mlp")
      for (const policies of [2, 8]) assert.ok(near(yield* sizeOf("a policy a task", policies), whole), `${policies}`)
      const combined = contenders.map((c) => c.aggregator).filter((id) => id !== "off")
      assert.deepEqual(["off", ...combined], aggregatorIds())
      assert.equal(new Set(contenders.map((c) => c.name)).size, contenders.length)
    })
  ))

test("a training that was stopped goes on behind what was kept, to the same numbers", () =>
  inFolder((folder) =>
    here(
      Effect.gen(function* () {
        const { tasks, setting } = yield* open(navigation)
        const file = join(folder, "a.state")
        const common = { setting, tasks: tasks.slice(0, 2), points: 2, key: zeroKey }
        const whole = yield* trainTasks({ ...common, iterations: 2, file: join(folder, "b.state"), keepAfter: 1e9 })
        yield* trainTasks({ ...common, points: 1, iterations: 1, file, keepAfter: 0 })
        yield* trainTasks({ ...common, iterations: 2, file, keepAfter: 0 })
        const before = (yield* Effect.promise(() => stat(file))).mtimeMs
        const again = yield* trainTasks({ ...common, iterations: 2, file, keepAfter: 0 })
        assert.deepEqual([again.points, Array.from(again.state.policy)], [whole.points, Array.from(whole.state.policy)])
        assert.equal((yield* Effect.promise(() => stat(file))).mtimeMs, before)
        assert.deepEqual(
          whole.points.map((p) => p.steps),
          [512, 1024]
        )
      })
    )
  ))

test("what a contender reached stands in the table and is not trained twice; other settings are another training", () =>
  inFolder((folder) =>
    here(
      Effect.gen(function* () {
        const opened = yield* open(navigation)
        const a: Asked = { opened, seed: 0, iterations: 1, stem: join(folder, "x") }
        const c = named("a policy a task")
        const { course } = yield* compete(a, c, [0, 1, 2, 3, 4, 5, 6, 7])
        const path = join(folder, "multitask.json")
        const asked = askedOf(opened, c, 1)
        yield* (yield* book(path)).add(a, c, asked, course)
        const kept = yield* book(path)
        assert.ok(kept.has(a, c, asked) && !kept.has(a, c, askedOf(opened, c, 2)))
        const table = tableOf(kept.comparison(), [navigation])
        assert.match(table, /navigation, 512 steps a task/)
        assert.match(table, /a policy a task \| -?[\d.]+ \| -?[\d.]+ \| 8 \| \d+ \|/)
        assert.equal(course.parameters.policy % 8, 0)
        assert.equal(course.steps, 8 * 512)
      })
    )
  ))

test("what finding groups took stands under the table of the trainings that it was for, and under no other", () => {
  const row = { ground: "navigation", seed: 0, asked: "", labels: [0], steps: 7, seconds: 1 }
  const course = (budget: number) => ({
    ...row,
    budget,
    contender: "mlp",
    width: 1,
    parameters: { policy: 1, value: 1 },
    points: [{ steps: budget, returns: [1] }]
  })
  const rest = { suite: "multitask", machine: comparison().machine, versions: {} } as const
  const table = tableOf({ ...rest, groups: [{ ...row, budget: 10 }], courses: [course(10), course(20)] }, [navigation])
  const [short, long] = table.split("navigation, 20 steps a task")
  assert.match(short!, /To find groups took 7 steps/)
  assert.doesNotMatch(long!, /To find/)
})

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")
const comparison = (): Comparison =>
  Schema.decodeUnknownSync(Schema.fromJsonString(Comparison))(read("bench/results/multitask.json"))

test("docs/multitask.md has every row of the comparison that is kept", () => {
  const kept = comparison()
  const plain = (text: string): readonly string[] =>
    text.split("\n").map((line) => line.replaceAll(/ *\| */g, "|").replaceAll(/-{3,}/g, "---"))
  const page = new Set(plain(read("docs/multitask.md")))
  const missing = plain(tableOf(kept, grounds)).filter((line) => line.startsWith("|") && !page.has(line))
  assert.deepEqual(missing, [])
})

test("the comparison that is kept is of this form, and names contenders there are", () => {
  const kept = comparison()
  const names = contenders.map((c) => c.name)
  assert.deepEqual(
    grounds.flatMap((g) => g.contenders ?? []).filter((name) => !names.includes(name)),
    []
  )
  assert.deepEqual(
    kept.courses.filter((c) => !names.includes(c.contender)),
    []
  )
  assert.ok(kept.courses.length > 0)
})

test("docs/mt10.svg is drawn from the comparison that is kept: its longest trainings beside what others published", () => {
  const kept = comparison()
  assert.equal(read("docs/mt10.svg"), mt10Picture(kept))
})

test("mt10Picture() draws the longest trainings on the ten tasks by either size and no other, and names all its lines", () => {
  const kept = comparison()
  const [some] = kept.courses.filter((c) => c.ground === "metaworld-mt10")
  const course = (contender: string, budget: number, ground = "metaworld-mt10") => ({
    ...some!,
    ground,
    contender,
    budget
  })
  const large = "metaworld-mt10-as-published"
  const courses = [
    course("short", 10),
    course("long & slow", 20),
    course("other", 30, "navigation"),
    course("short", 4, large),
    course("large", 5, large)
  ]
  const picture = mt10Picture({ ...kept, courses })
  for (const { name } of publicCurves) assert.ok(picture.includes(`>${name}, published<`), name)
  assert.ok(picture.includes(`>long &amp; slow, 2 x ${some!.width}, here<`))
  assert.ok(picture.includes(`>large, 3 x ${some!.width}, here<`))
  assert.doesNotMatch(picture, />short|>other/)
})

test("published successes are shares, each with its steps in order and where it was read", () => {
  for (const { points, source } of publicCurves) {
    assert.ok(points.every(([, success]) => success >= 0 && success <= 1))
    assert.ok(points.every(([steps], i) => i === 0 || steps > points[i - 1]![0]))
    assert.match(source, /https:\/\/github\.com\/\S+ at [0-9a-f]{7}/)
  }
})
