import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { ReportAffinity } from "../../../../pipeline/internal.ts"
import { heatMap } from "../../../../plugins/runs/report/figures/heat_map.ts"
import { inUnit, unitOf } from "../../../../plugins/runs/report/unit.ts"
import { type Box, picturesOf, rectanglesOf, sizeOf, textsOf } from "./boxes.ts"

const affinity = (matrix: ReportAffinity["matrix"]): ReportAffinity => ({
  id: "truth",
  title: "Truth",
  meaning: "return",
  matrix,
  labels: matrix.map((_, i) => i % 2),
  chosen: false
})

const drawn = (matrix: ReportAffinity["matrix"], ids: readonly string[] = matrix.map((_, i) => `length=${i / 2}`)) => {
  const page = heatMap(
    affinity(matrix),
    ids.map((id) => ({ id, params: {} }))
  ).html
  const svg = picturesOf(page)[0] ?? assert.fail("no picture")
  const cells = rectanglesOf(svg.querySelector('[data-mark="rect"]') ?? assert.fail("no cells"))
  return { page, svg, cells, texts: textsOf(svg) }
}

const within = (inner: Box, outer: Omit<Box, "text">): boolean =>
  inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom

const numberText = /^−?(\d+|\d*\.\d+)$/

test("no number leaves its cell and no text the picture, whatever the numbers and their names", () => {
  const size = fc.integer({ min: 2, max: 12 })
  const exponent = fc.integer({ min: -12, max: 12 })
  const cell = fc.double({ min: -1, max: 1, noNaN: true })
  const id = fc.oneof(
    fc.integer({ min: 0, max: 9999 }).map((i) => `length=${i / 100}`),
    fc.stringMatching(/^[A-Za-z0-9_=.-]{1,30}$/)
  )
  const matrix = fc.tuple(size, exponent).chain(([n, e]) =>
    fc.tuple(
      fc.array(
        fc.array(
          cell.map((v) => v * 10 ** e),
          { minLength: n, maxLength: n }
        ),
        { minLength: n, maxLength: n }
      ),
      fc.uniqueArray(id, { minLength: n, maxLength: n })
    )
  )
  fc.assert(
    fc.property(matrix, ([rows, ids]) => {
      const { svg, cells, texts } = drawn(rows, ids)
      const [width, height] = sizeOf(svg)
      for (const t of texts)
        assert.ok(within(t, { left: 0, top: 0, right: width, bottom: height }), `${JSON.stringify(t)} in ${width}`)
      const inside = texts.filter((t) => cells.some((c) => within(t, c)))
      assert.ok(inside.length >= cells.length, `${inside.length} of ${cells.length}`)
      assert.equal(cells.length, rows.length ** 2)
    }),
    { numRuns: 25 }
  )
})

test("numbers of a matrix are multiples of one power of ten, named once below it", () => {
  const { page, texts } = drawn([
    [0, 0.0123],
    [-0.00234, 0.00001]
  ])
  const numbers = texts.map((t) => t.text).filter((t) => numberText.test(t))
  for (const want of ["12", "−2", "0"]) assert.ok(numbers.includes(want), want)
  assert.equal(page.match(/multiples of 10⁻³/g)?.length, 1)
  assert.doesNotMatch(
    drawn([
      [0.25, -0.13],
      [2, 314]
    ]).page,
    /multiples/
  )
})

test("a pair of which nothing is known has no number, no colour, and an empty cell in the table", () => {
  const { page, cells, texts } = drawn([
    [Number.NaN, 3, Number.NaN],
    [3, Number.NaN, -2],
    [Number.NaN, -2, Number.NaN]
  ])
  assert.equal(cells.length, 4)
  const inside = texts.filter((t) => cells.some((c) => within(t, c)))
  assert.deepEqual(inside.map((t) => t.text).toSorted(), ["3", "3", "−2", "−2"])
  assert.doesNotMatch(page, /NaN|not known/)
})

test("rows and columns have short names, and what these leave out once along each side", () => {
  const { texts } = drawn([
    [1, 2],
    [3, 4]
  ])
  const count = (text: string) => texts.filter((t) => t.text === text).length
  assert.deepEqual([count("length=…"), count("0.5"), count("length=0.5")], [2, 2, 0])
})

test("in its unit no number has more than four characters, and the largest is told", () =>
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e300, max: 1e300, noNaN: true }), { minLength: 1 }), (values) => {
      const unit = unitOf(values)
      const texts = values.map((v) => inUnit(v, unit))
      assert.ok(
        texts.every((t) => t.length <= 4 && numberText.test(t)),
        texts.join()
      )
      const largest = Math.max(...values.map(Math.abs))
      const told = Number(inUnit(largest, unit)) * 10 ** unit.power
      assert.ok(largest < 1e-300 || Math.abs(told - largest) <= 0.05 * largest, `${told}, want ${largest}`)
    })
  ))

test("of many tasks neighbours of a group share a row: a page does not grow with their square", () => {
  const matrix = Array.from({ length: 120 }, (_, i) =>
    Array.from({ length: 120 }, (_, j) => (i % 2 === j % 2 ? i : -1))
  )
  const { page, cells, texts } = drawn(matrix)
  // Two groups of sixty, three in a row.
  assert.equal(cells.length, 40 * 40)
  assert.ok(page.length < 600_000 && !page.includes("<table"), `${page.length}`)
  assert.ok(page.includes("Neighbours of a group share a row"))
  // Tasks 0, 2 and 4 of the first group, of which the mean is 2.
  assert.ok(page.includes("length=0 to length=2 with length=0 to length=2: 2"))
  assert.ok(texts.some(({ text }) => text === "0 to 2"))
})
