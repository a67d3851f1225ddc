import * as Either from "fp-ts/lib/Either.js"
import { child, random, type Stream, stream } from "../../core/random/mod.ts"
import { distinctDraws, type Family, type Task } from "../family.ts"
import { integer, number, type ParameterTable, resolve } from "../parameter.ts"
import { navigation } from "./navigation.ts"

const common = {
  n: integer(8, "tasks", 1, 1000, "number of tasks"),
  goal_radius: number(0.9, "", 0, 1, "distance of all goals from the origin"),
  threshold: number(0.1, "", 1e-6, 2, "a point within this distance of the goal has reached it"),
  bonus: number(1, "", 0, 1e3, "reward for reaching the goal")
}
const arc = (value: number, meaning: string) => number(value, "deg", 1, 359, meaning)
const share = number(0.8, "", 0, 1, "part of the tasks whose goals lie in the arc")

/** The value of an option; every option of this file is a number. */
type Options = Readonly<Record<string, number>>

/** A distribution of goals: the directions, in degrees, of n tasks, and of one more. */
interface Goals {
  readonly id: string
  readonly summary: string
  readonly options: ParameterTable
  readonly spread: (o: Options, n: number) => readonly number[]
  readonly draw: (o: Options, source: Stream) => number
}

/** The middles of n equal parts of [from, from + width). */
const middles = (from: number, width: number, n: number): readonly number[] =>
  Array.from({ length: n }, (_, i) => from + ((i + 0.5) * width) / n)

const family = ({ id, summary, options: own, spread, draw }: Goals): Family => {
  const options = { ...common, ...own }
  const resolved = (given: Parameters<Family["tasks"]>[0]) =>
    Either.map((o: object): Options => Object.fromEntries(Object.entries(o)))(resolve(id, "option", options, given))
  const taskAt = ({ goal_radius, threshold, bonus }: Options, angle: number): Task => {
    const degrees = Number(angle.toFixed(3))
    const params = {
      goal_angle: (degrees * Math.PI) / 180,
      goal_radius: goal_radius!,
      threshold: threshold!,
      bonus: bonus!
    }
    return { id: `goal=${degrees}deg`, environment: navigation.id, params }
  }
  return {
    id,
    summary,
    environment: navigation,
    options,
    tasks: (given) =>
      Either.map((o: Options) => ({ tasks: spread(o, o.n!).map((a) => taskAt(o, a)), planted: undefined }))(
        resolved(given)
      ),
    draw: (given, key, count) =>
      Either.chain((o: Options) => {
        const source = stream(child(key, id))
        return distinctDraws(id, count, () => taskAt(o, draw(o, source)))
      })(resolved(given))
  }
}

/** Goals all around the circle, the first at 0°: what the paper tests on, whatever it trained on. */
export const navigationUniform: Family = family({
  id: "navigation-uniform",
  summary: "Goals all around the circle",
  options: {},
  spread: (_, n) => Array.from({ length: n }, (_, i) => (i * 360) / n),
  draw: (_, source) => 360 * random(source)
})

/** Goals in one part of the circle only. The paper does not say which part: here the upper half. */
export const navigationPartial: Family = family({
  id: "navigation-partial",
  summary: "Goals in one arc of the circle only",
  options: { arc: arc(180, "goals lie between 0 and this angle") },
  spread: (o, n) => middles(0, o.arc!, n),
  draw: (o, source) => o.arc! * random(source)
})

/** Goals all around the circle, most of them in one arc. The paper does not say how many: here 80 % in a quarter. */
export const navigationBiased: Family = family({
  id: "navigation-biased",
  summary: "Goals all around the circle, most of them in one arc",
  options: { arc: arc(90, "many goals lie between 0 and this angle"), share },
  spread: (o, n) => {
    const many = Math.round(o.share! * n)
    return [...middles(0, o.arc!, many), ...middles(o.arc!, 360 - o.arc!, n - many)]
  },
  draw: (o, source) => (random(source) < o.share! ? o.arc! * random(source) : o.arc! + (360 - o.arc!) * random(source))
})
