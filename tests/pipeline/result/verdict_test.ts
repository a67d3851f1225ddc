/** What is said of the groups, on planted numbers. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { child, standardNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import { difference, type Judged, verdict } from "../../../pipeline/result/verdict.ts"
import { interval } from "../../../pipeline/stages/interval.ts"

const named: Partial<Record<Judged["kind"], string>> = {
  groups: "groups by sdp",
  alone: "each task alone",
  one: "one policy for all"
}

/** A row whose noise is all of one training. */
const row = (kind: Judged["kind"], policies: number, ...perSeed: readonly number[]): Judged => ({
  kind,
  method: named[kind] ?? kind,
  policies,
  meanReturn: interval(perSeed),
  parts: [{ id: kind, values: perSeed }]
})

/** Returns around a mean, the same noise everywhere but for its order. */
const around = (mean: number, shift = 0): readonly number[] =>
  [-3, 1, 4, -2, 0, 2, -2].map((_, i, noise) => mean + noise[(i + shift) % noise.length]!)

const rows = (means: Partial<Record<Judged["kind"], number>>, k = 2, n = 10): readonly Judged[] => {
  const policies = { groups: k, similarity: k, random: k, one: 1, told: 1, alone: n }
  const kinds = ["groups", "alone", "one", "told", "similarity", "random"] as const
  return kinds.flatMap((kind, i) => {
    const mean = means[kind]
    return mean === undefined ? [] : [row(kind, policies[kind], ...around(mean, i))]
  })
}

const kindOf = (...given: Parameters<typeof rows>) => {
  const { kind, against, text } = verdict(rows(...given)) ?? assert.fail("no verdict")
  return { kind, against, text }
}

test("groups that reach clearly more than all of fewer policies and than random ones pay", () => {
  const { kind, text } = kindOf({ groups: 250, alone: 235, one: 135, told: 200, similarity: 250, random: 190 })
  assert.equal(kind, "pay")
  assert.equal(
    text,
    "They pay: groups by sdp 250 (248 to 252) with 2 policies; told 200 (198 to 202) with 1 policy; one policy for all 135 (133 to 137) with 1 policy; each task alone 235 (233 to 237) with 10 policies; random 190 (188 to 192) with 2 policies."
  )
})

test("groups do not pay where one policy for all is clearly better", () => {
  const { kind, against, text } = kindOf({ groups: 200, alone: 150, one: 240, random: 200 })
  assert.deepEqual([kind, against], ["better", "one policy for all"])
  assert.match(text, /^More is reached by one policy for all: .*240 .* with 1 policy; groups by sdp 200 .*alone 150/)
})

test("groups do not pay where each task alone is clearly better", () => {
  const { kind, against, text } = kindOf(
    { groups: -40, alone: -4, one: -90, told: -60, similarity: -41, random: -70 },
    4,
    8
  )
  assert.deepEqual([kind, against], ["better", "each task alone"])
  assert.match(text, /-4\.00 .* with 8 policies; groups by sdp -40 .* with 4 policies; one policy for all -90 /)
})

test("groups do not pay where one policy that is told its task does as well", () => {
  const { kind, against, text } = kindOf({ groups: 250, alone: 240, one: 135, told: 250, random: 190 })
  assert.deepEqual([kind, against], ["cheaper", "told"])
  assert.match(
    text,
    /^They are not shown to be worth their policies: .*told 250 .* with 1 policy, a difference of 0\.00/
  )
})

test("groups that make no difference are not shown to be worth their policies", () => {
  const { kind, against } = kindOf({ groups: 300, alone: 300, one: 299, told: 301, similarity: 300, random: 300 })
  assert.equal(kind, "cheaper")
  assert.ok(against === "one policy for all" || against === "told")
})

test("where random groups do as well, which tasks share a policy is not shown to matter", () => {
  const { kind, text } = kindOf({ groups: 250, alone: 240, one: 135, told: 140, random: 249 })
  assert.equal(kind, "arbitrary")
  assert.match(text, /random 249 .* with 2 policies, a difference of .*; one policy for all 135/)
})

test("other groups that are clearly better are named", () => {
  const { kind, against } = kindOf({ groups: 250, alone: 240, one: 135, told: 140, similarity: 290, random: 200 })
  assert.deepEqual([kind, against], ["better", "similarity"])
})

test("of several rows that are clearly better the cheapest is named that is not clearly below the best of them", () => {
  const given = { groups: 200, alone: 251, one: 100, told: 250, random: 190 }
  assert.equal(kindOf(given).against, "told")
  assert.equal(kindOf({ ...given, told: 230 }).against, "each task alone")
})

test("one group is enough where nothing of more policies is clearly better", () => {
  const { kind } = kindOf({ groups: 300, alone: 290, one: 300, told: 301 }, 1)
  assert.equal(kind, "one")
  assert.equal(kindOf({ groups: 300, alone: 390, one: 300, told: 301 }, 1).kind, "better")
})

test("after one training of each nothing is decided", () => {
  const { kind, text } = verdict([row("groups", 2, 250), row("one", 1, 100)]) ?? assert.fail("no verdict")
  assert.equal(kind, "unknown")
  assert.match(text, /^After one training of each: groups by sdp 250 with 2 policies; one policy for all 100 with 1/)
})

test("trainings that two rows share cancel, and what is left decides", () => {
  const hard = { id: "0 1", values: [100, 400, 250] }
  const [own, other] = [row("groups", 3, 150, 450, 300), row("one", 2, 130, 430, 280)]
  const easy = (id: string, ...values: readonly number[]) => ({ id, values })
  const shared = [
    { ...own, parts: [hard, easy("2", 50, 51, 49)] },
    { ...other, parts: [hard, easy("2 3", 30, 31, 29)] }
  ]
  assert.equal(verdict(shared)?.kind, "pay")
  const apart = [shared[0]!, { ...other, parts: [{ ...hard, id: "0 1 3" }, easy("2 3", 30, 31, 29)] }]
  assert.equal(verdict(apart)?.kind, "cheaper")
  assert.deepEqual(difference(own, own), { value: 0, low: 0, high: 0, level: 0.95, n: 3 })
})

test("without the tool's groups there is no verdict", () => assert.equal(verdict([row("one", 1, 1, 2)]), undefined))

/** How often each verdict is given of rows with these means and normal noise of deviation 10, in a thousand runs. */
const often = (
  seeds: number,
  means: Readonly<Record<"groups" | "alone" | "one" | "told" | "similarity" | "random", number>>
) => {
  const noise = stream(child(zeroKey, "noise", seeds))
  const counts = new Map<string, number>()
  for (let run = 0; run < 1000; run++) {
    const policies = { groups: 3, similarity: 3, random: 3, one: 1, told: 1, alone: 10 }
    const kinds = ["groups", "alone", "one", "told", "similarity", "random"] as const
    const drawn = kinds.map((kind) => {
      const k = policies[kind]
      const normal = () => (means[kind] + 10 * Math.sqrt(k) * standardNormal(noise)) / k
      const part = (_: unknown, i: number) => ({ id: `${kind} ${i}`, values: Array.from({ length: seeds }, normal) })
      const parts = Array.from({ length: k }, part)
      return {
        ...row(kind, k, ...parts[0]!.values.map((_, s) => parts.reduce((sum, p) => sum + p.values[s]!, 0))),
        parts
      }
    })
    const { kind } = verdict(drawn) ?? assert.fail()
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return (kind: string): number => (counts.get(kind) ?? 0) / 1000
}

for (const seeds of [3, 5, 10]) {
  test(`of ${seeds} seeds without a difference at most one run in twenty claims one`, () => {
    const share = often(seeds, { groups: 300, alone: 300, one: 300, told: 300, similarity: 300, random: 300 })
    assert.ok(share("pay") + share("arbitrary") + share("better") <= 0.05, `${share("better")}, ${share("pay")}`)
  })

  test(`of ${seeds} seeds with a difference of ten deviations at least 19 runs in 20 say so, whichever way`, () => {
    const right = often(seeds, { groups: 400, alone: 300, one: 300, told: 300, similarity: 400, random: 300 })
    assert.ok(right("pay") >= 0.95, `${right("pay")}`)
    const wrong = often(seeds, { groups: 300, alone: 400, one: 300, told: 300, similarity: 300, random: 300 })
    assert.ok(wrong("better") >= 0.95, `${wrong("better")}`)
  })
}

test("where nothing varies a difference that no figure shows is none", () => {
  const of = (groups: number) => [
    row("groups", 2, groups, groups),
    row("one", 1, 499.9, 499.9),
    row("alone", 4, 499.9, 499.9)
  ]
  assert.equal(verdict(of(500))?.kind, "cheaper")
  assert.equal(verdict(of(520))?.kind, "pay")
})
