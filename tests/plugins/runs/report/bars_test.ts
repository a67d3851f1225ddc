import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { bars } from "../../../../plugins/runs/report/figures/bars.ts"
import { type Drawn, picturesOf, textsOf } from "./boxes.ts"

/** Of a dot, in pixels: the radius and half of its line. */
const DOT = 3

const number = fc.double({ min: -1000, max: 1000, noNaN: true })
const ordered = fc.tuple(number, number, number).map((xs) => xs.toSorted((a, b) => a - b))

const row = fc
  .record({ mean: ordered, perSeed: fc.array(number, { minLength: 1, maxLength: 4 }), spread: ordered })
  .map(({ mean: [low = 0, value = 0, high = 0], perSeed, spread: [least = 0, , most = 0] }) => ({
    meanReturn: { value, low, high, level: 0.95, n: perSeed.length },
    perSeed,
    draws: { count: 3, low: least, high: most }
  }))

/** Where a row's marks end on the right, and where its text starts, in pixels. */
const ends = (svg: Drawn): { readonly marks: readonly number[]; readonly text: number } => {
  const number = (e: Drawn, name: string): number => Number(e.getAttribute(name))
  const of = (selector: string): readonly Drawn[] => [...svg.querySelectorAll(selector)]
  const label = textsOf(svg).find(({ text }) => text === "label")
  assert.ok(label)
  return {
    marks: [
      ...of('g[data-mark="bar"] rect').map((e) => number(e, "x") + number(e, "width")),
      ...of('g[data-mark="rule"] line').map((e) => Math.max(number(e, "x1"), number(e, "x2"))),
      ...of('g[data-mark="dot"] circle').map((e) => number(e, "cx"))
    ],
    text: label.left
  }
}

test("the text of a bar stands right of the bar, its interval, its seeds and its draws, whatever their signs", () =>
  fc.assert(
    fc.property(row, (one) => {
      const drawn = bars({
        rows: [{ method: "one", ...one }],
        label: "return",
        marked: () => true,
        text: () => "label",
        alternative: "a bar"
      })
      const [svg] = picturesOf(drawn.html)
      assert.ok(svg)
      const { marks, text } = ends(svg)
      assert.ok(marks.length >= 3 + one.perSeed.length - (one.meanReturn.n > 1 ? 0 : 1))
      for (const mark of marks) assert.ok(mark + DOT < text, `${mark} is right of ${text}`)
    }),
    {
      numRuns: 30,
      examples: [
        [
          {
            meanReturn: { value: 0, low: 0, high: 0, level: 0.95, n: 1 },
            perSeed: [0],
            draws: { count: 3, low: -5e-324, high: 5e-324 }
          }
        ]
      ]
    }
  ))
