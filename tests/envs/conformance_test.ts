import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { environmentError } from "../../envs/error.ts"
import { environmentFindings, type Family, family, familyFindings, integer, lawsOf, standard } from "../../envs/mod.ts"
import { mistakes } from "./mistakes.ts"
import { point } from "./point.ts"

const box = point().observation

test("an environment without mistakes has no findings, nor have those of the package", () => {
  assert.deepEqual(environmentFindings(point()), [])
  for (const f of standard.families) assert.deepEqual(familyFindings(f), [])
})

for (const [what, env, law, found] of mistakes)
  test(`the laws find an environment ${what}, and say how to mend it`, () => {
    const all = environmentFindings(env())
    const one = all.find((f) => law.test(f.law) && found.test(f.found))
    assert.ok(one, JSON.stringify(all, undefined, 1))
    assert.ok(one.fix.length > 10 && !one.fix.includes("\n") && !one.advice)
  })

test("every law that a mistake can break is broken by one of these", () => {
  // What the package's own code does, whatever the environment.
  const ours = [/^an action that is not in the space/, /^a row tells one transition/]
  const broken = new Set(
    mistakes.flatMap(([, env]) =>
      lawsOf({ environments: [env()] }).flatMap((l) => (l.check() === undefined ? [] : l.name))
    )
  )
  for (const { name, fix } of lawsOf({ environments: [point()] })) {
    assert.ok(broken.has(name) || ours.some((o) => o.test(name)), name)
    assert.ok(fix.length > 10 && !fix.includes("\n"), name)
  }
})

test("unbounded actions and constant components are advice, not mistakes", () => {
  const env = point({}, { observation: { ...box, low: [-99, 99] } as never })
  assert.ok(environmentFindings(env).some((f) => f.advice && /varies/.test(f.law)))
  const action = {
    _tag: "Box",
    low: [-Infinity],
    high: [Infinity],
    names: ["u"],
    units: ["N"],
    dtype: "float32"
  } as const
  assert.deepEqual(
    environmentFindings(point({}, { action })).map((f) => f.advice),
    [true]
  )
})

const walks = (change: Partial<Family>): Family => ({
  ...family({
    id: "walks",
    summary: "walks",
    environment: point(),
    options: { n: integer(4, "tasks", 1, 9, "number of tasks") },
    tasks: ({ n }) => ({ tasks: Array.from({ length: n }, (_, i) => ({ id: `${i}`, params: { width: i } })) }),
    draw: (_, key, count) => ({
      tasks: Array.from({ length: count }, (_, i) => ({
        id: `${i}`,
        params: { width: Number(key.spawnKey.length % 9) }
      }))
    })
  }),
  ...change
})

test("the laws find families with repeated ids, tasks out of range, and draws that ignore the count", () => {
  assert.deepEqual(familyFindings(walks({})), [])
  const set = (params: object, ids = ["a", "b", "c"]) =>
    Either.right({ tasks: ids.map((id) => ({ id, environment: "Point-v0", params })), planted: undefined }) as never
  const found = (change: Partial<Family>) =>
    familyFindings(walks(change))
      .map((f) => f.found)
      .join("\n")
  assert.match(found({ tasks: () => set({}, ["a", "a", "b"]) }), /ids repeat/)
  assert.match(found({ tasks: () => set({ width: 10 }) }), /width.*from 0 to 9 m, got 10/)
  assert.match(found({ tasks: () => set({}) }), /accepted no_such_option/)
  assert.match(found({ draw: () => set({}) }), /asked for 4, got 3/)
})

test("no law holds of an environment or a family that refuses everything", () => {
  const never = () => Either.left(environmentError("Never-v0", "make()", "parameters", "some", ""))
  const own = point({}, { make: never })
  const elsewhere = point({}, { make: never, open: never })
  // What the record says of itself holds of a record that refuses: its spaces and numbers, and that nothing is thrown.
  const saysItself = [/^the spaces are/, /own numbers/, /throw nothing/, /^make\(\) gives dynamics/]
  for (const env of [own, elsewhere])
    for (const { name, check } of lawsOf({ environments: [env] }))
      if (!saysItself.some((s) => s.test(name))) assert.match(check() ?? `held: ${name}`, /Never-v0/)
  assert.match(environmentFindings(own)[0]!.found, /Never-v0/)
  for (const { name, check } of lawsOf({ families: [walks({ tasks: never, draw: never })] }))
    assert.match(check() ?? `held: ${name}`, /it refuses: .*Never-v0/)
})

test("every law of a family is broken by a family", () => {
  const set = (ids: readonly string[], params: object = {}, environment = "Point-v0") =>
    Either.right({ tasks: ids.map((id) => ({ id, environment, params })), planted: undefined }) as never
  let calls = 0
  const breaks = (name: RegExp, change: Partial<Family>): string => {
    const law = lawsOf({ families: [walks(change)] }).find((l) => name.test(l.name))
    return law?.check() ?? "held"
  }
  const same = /^the same options/
  assert.match(breaks(same, { tasks: () => set([]) }), /no tasks/)
  assert.match(breaks(same, { tasks: () => set([`${calls++}`]) }), /two calls differ/)
  assert.match(breaks(same, { tasks: () => set(["a"], {}, "Other-v0") }), /Other-v0/)
  const draw = /^draw\(\) gives/
  assert.match(breaks(draw, { draw: () => set(["a", "b", "c", "a"]) }), /ids repeat: .*tasks\[0\] and tasks\[3\]/)
  assert.match(breaks(draw, { draw: () => set(["a", "b", "c", `${calls++}`]) }), /one key gives two/)
  assert.match(breaks(draw, { draw: () => set(["a", "b", "c", "d"], { width: 10 }) }), /refuses a: .*got 10/)
  assert.match(breaks(/^n sets/, { tasks: () => set(["a"]) }), /n = 3 gives 1 tasks/)
})
