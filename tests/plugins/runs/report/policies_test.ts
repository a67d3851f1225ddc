import assert from "node:assert/strict"
import { test } from "node:test"
import { parseHTML } from "linkedom"
import type { MethodComparison } from "../../../../pipeline/internal.ts"
import type { ReportData } from "../../../../pipeline/mod.ts"
import { policiesFigure } from "../../../../plugins/runs/report/figures/policies.ts"
import { type Drawn, picturesOf, sizeOf, textsOf } from "./boxes.ts"

type Given = Parameters<typeof policiesFigure>[0]

const row = (kind: MethodComparison["kind"], method: string, policies: number, value: number): MethodComparison => ({
  kind,
  method,
  policies,
  labels: [],
  perSeed: [value - 5, value + 5],
  meanReturn: { value, low: value - 20, high: value + 20, level: 0.95, n: 2 },
  byTask: [],
  operations: 1,
  steps: 1
})

const rowsOf = (k: number, n: number): readonly MethodComparison[] => [
  row("groups", "groups by worth", k, 240),
  row("similarity", "groups by gradient similarity", k, 230),
  row("told", "one policy told its task", 1, 220),
  row("alone", "each task alone", n, 200),
  row("random", "random groups", k, 190),
  row("one", "one policy for all", 1, 135)
]

const prediction = (n: number, unit: "return" | "gain" = "return"): NonNullable<ReportData["prediction"]> => ({
  estimator: "expected-gain",
  unit,
  start: 22,
  curve: Array.from({ length: n }, (_, i) => ({
    policies: i + 1,
    labels: Array.from({ length: n }, (_, t) => Math.min(t, i)),
    returns: [],
    value: 150 + i,
    low: 100 + i,
    high: 211 + i
  }))
})

const given = (n = 10, k = 2): Given => ({
  tasks: Array.from({ length: n }, (_, i) => ({ id: `length=${i + 0.5}`, params: {} })),
  grouping: { method: "worth", k, labels: Array.from({ length: n }, (_, i) => i % k) },
  comparison: rowsOf(k, n),
  comparisonMeaning: "Mean return over tasks",
  prediction: prediction(n)
})

const { prediction: _, ...unpredicted } = given()

const pageOf = (d: Given) => policiesFigure(d).map((f) => f.html)

const drawn = (d: Given) => {
  const pictures = pageOf(d).flatMap(picturesOf)
  return pictures[0] ?? assert.fail("no picture")
}

/** Columns of the points' centres, from left to right, of the marks that are inside of the frame. */
const points = (svg: Drawn): readonly number[] => {
  const right = sizeOf(svg)[0]
  return [...svg.querySelectorAll('[data-mark="dot"] path, [data-mark="dot"] circle')]
    .map((p) => Number(/translate\(([-.\d]+)/.exec(p.getAttribute("transform") ?? "")?.[1] ?? p.getAttribute("cx")))
    .filter((x) => x < right)
}

test("the picture has the predicted curve with its band, the start, every trained row with its interval, and the chosen number", () => {
  const svg = drawn(given())
  const count = (mark: string) => svg.querySelectorAll(`[data-mark="${mark}"] > *`).length
  assert.equal(count("area"), 1)
  assert.equal(count("line"), 1)
  // A band for the chosen number and an interval a row.
  assert.equal([...svg.querySelectorAll('[data-mark="rule"] line')].length, 1 + 1 + 6)
  const texts = textsOf(svg).map((t) => t.text)
  for (const want of ["chosen: 2", "θ★, where all start", "predicted, 95% interval", "one policy told its task"])
    assert.ok(texts.includes(want), want)
  assert.ok(texts.some((t) => t.includes("Mean return over tasks")))
})

test("points of equally many policies stand beside one another", () => {
  const svg = drawn({ ...unpredicted })
  const legend = 6
  const columns = points(svg)
  assert.equal(columns.length, 6 + legend)
  assert.equal(new Set(columns.map((x) => x.toFixed(2))).size, 6 + 1)
})

for (const [n, k] of [
  [1, 1],
  [2, 2],
  [6, 1],
  [10, 2],
  [10, 10],
  [40, 7]
] as const)
  test(`of ${n} tasks in ${k} groups no text leaves the picture or covers another`, () => {
    const svg = drawn(given(n, k))
    const [width, height] = sizeOf(svg)
    const texts = textsOf(svg)
    for (const t of texts)
      assert.ok(t.left >= 0 && t.right <= width && t.top >= 0 && t.bottom <= height, `${JSON.stringify(t)} in ${width}`)
    for (const [i, a] of texts.entries())
      for (const b of texts.slice(i + 1)) {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top
        assert.ok(apart, `${a.text} covers ${b.text}`)
      }
  })

test("the picture is told in words, and its numbers are in a table", () => {
  const [page = ""] = pageOf(given())
  const label = drawn(given()).getAttribute("aria-label") ?? ""
  assert.match(
    label,
    /^Mean return over tasks, by number of policies; predicted 150 with 1 policy, 151 with 2 policies/
  )
  assert.match(
    label,
    /trained groups by worth 240 with 2 policies, .*one policy for all 135 with 1 policy; chosen 2 policies$/
  )
  const { document } = parseHTML(page)
  const cells = [...document.querySelectorAll("tbody tr")].map((tr) => [...tr.children].map((td) => td.textContent))
  assert.equal(cells.length, 10 + 6)
  assert.deepEqual(cells[1], ["2", "predicted", "151 (101 to 212)", "0.5 | 1.5 2.5 3.5 4.5 5.5 6.5 7.5 8.5 9.5"])
  assert.deepEqual(cells[10], ["2", "groups by worth", "240 (220 to 260)", ""])
})

test("without a prediction only what was trained is shown", () => {
  const svg = drawn(unpredicted)
  assert.equal(svg.querySelectorAll('[data-mark="area"], [data-mark="line"]').length, 0)
  assert.doesNotMatch(pageOf(unpredicted).join(), /predicted/)
})

test("what is predicted in another unit than was reached stands in a picture of its own", () => {
  const pages = pageOf({ ...given(), prediction: prediction(10, "gain") })
  assert.equal(pages.length, 2)
  assert.match(pages[0] ?? "", /advantage a step/)
  assert.doesNotMatch(pages[0] ?? "", /one policy for all|θ★/)
  assert.match(pages[1] ?? "", /one policy for all/)
})

test("there is no picture where nothing was predicted and nothing trained", () =>
  assert.deepEqual(policiesFigure({ ...unpredicted, comparison: [] }), []))
