/** The longest trainings on Meta-World's ten tasks as one picture, beside what others published. */
import * as Plot from "@observablehq/plot"
import { draw } from "../../plugins/runs/report/draw.ts"
import { html } from "../../plugins/runs/report/html.ts"
import { standalone } from "../curves.ts"
import { grounds } from "./grounds.ts"
import { publicCurves } from "./public_curves.ts"
import { type Comparison, type Course, scoresOf } from "./report.ts"

/** The grounds of these ten tasks: networks of this comparison's size, and those of what others published. */
const GROUNDS = ["metaworld-mt10", "metaworld-mt10-as-published"]
const [WIDTH, HEIGHT, TOP] = [720, 440, 12]

/** Million steps, where the picture ends; some of the published curves end a little before. */
const [END, MOST] = [5, 4.5]

interface Line {
  readonly name: string
  readonly ours: boolean
  readonly points: readonly { readonly millions: number; readonly success: number }[]
}

const lineOf = (course: Course): Line => {
  const success = scoresOf(course, true)
  const points = course.points.map((p, i) => ({
    millions: (p.steps * course.labels.length) / 1e6,
    success: success[i]!
  }))
  const layers = grounds.find((g) => g.name === course.ground)?.config.network.layers
  return { name: `${course.contender}, ${layers} x ${course.width}, here`, ours: true, points }
}

/** What others published, then the trainings with the most steps a task of each ground. */
const linesOf = ({ courses }: Comparison): readonly Line[] => {
  const longest = GROUNDS.flatMap((ground) => {
    const own = courses.filter((c) => c.ground === ground)
    const most = Math.max(...own.map((c) => c.budget))
    return own.filter((c) => c.budget === most)
  })
  return [
    ...publicCurves.map(({ name, points }) => ({
      name: `${name}, published`,
      ours: false,
      points: points.map(([steps, success]) => ({ millions: steps / 1e6, success }))
    })),
    ...longest.map(lineOf)
  ]
}

/** One standalone SVG; it follows the reader's light or dark colours. */
export const mt10Picture = (comparison: Comparison): string => {
  const lines = linesOf(comparison)
  const label = "Success on Meta-World's ten tasks by environment steps over all of them"
  const mark = ({ name, ours, points }: Line): readonly Plot.Markish[] => {
    const stroke = ours ? "var(--side0)" : "var(--side1)"
    return [
      Plot.lineY(points, { x: "millions", y: "success", stroke, strokeWidth: ours ? 2 : 1 }),
      // A line that ends within the picture is named where it begins: others are beside its end.
      Plot.text(points.at(-1)!.millions < MOST ? points.slice(0, 1) : points.slice(-1), {
        x: "millions",
        y: "success",
        text: () => name,
        fill: stroke,
        dx: 6,
        textAnchor: "start"
      })
    ]
  }
  const plot = draw(
    {
      width: WIDTH,
      height: HEIGHT,
      marginLeft: 52,
      marginRight: 190,
      marginBottom: 38,
      grid: true,
      x: { label: "million environment steps, all tasks →", domain: [0, END], ticks: 5 },
      y: { label: "↑ share of episodes that succeed", domain: [0, 1], ticks: 5 },
      marks: lines.flatMap(mark)
    },
    label
  )
  return standalone(WIDTH, HEIGHT + TOP, label, html`<g transform="translate(0,${TOP})">${plot}</g>`)
}
