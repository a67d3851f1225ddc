import type { Family } from "../family.ts"
import { integer, number, resolve } from "../parameter.ts"
import { spread } from "../spread.ts"
import { pendulum } from "./pendulum.ts"

/** What varies and between which bounds by default. */
interface Variation {
  readonly id: string
  readonly summary: string
  readonly parameter: "g" | "l"
  readonly unit: string
  readonly low: number
  readonly high: number
}

/** Pendulums that differ in one parameter: n values from `low` to `high` in equal ratios, to 6 significant digits. */
const varied = ({ id, summary, parameter, unit, ...range }: Variation): Family => {
  const options = {
    n: integer(10, "tasks", 1, 1000, "number of tasks"),
    low: number(range.low, unit, 1e-2, 100, `smallest ${parameter}`),
    high: number(range.high, unit, 1e-2, 100, `largest ${parameter}`),
    max_torque: number(2, "N m", 0, 1e6, "strongest torque, of all tasks")
  }
  return {
    id,
    summary,
    environment: pendulum,
    options,
    ...spread({
      id,
      steps: "ratios",
      read: (given) => resolve(id, "option", options, given),
      taskOf: ({ max_torque }, value) => ({
        id: `${parameter}=${value}`,
        environment: pendulum.id,
        params: { [parameter]: value, max_torque }
      })
    })
  }
}

/** From the Moon's gravity to Jupiter's. */
export const pendulumGravity: Family = varied({
  id: "pendulum-gravity",
  summary: "Pendulums under different gravity",
  parameter: "g",
  unit: "m/s²",
  low: 1.6,
  high: 25
})

/** From rods that the torque lifts at once to rods that need several swings. */
export const pendulumLength: Family = varied({
  id: "pendulum-length",
  summary: "Pendulums of different length",
  parameter: "l",
  unit: "m",
  low: 0.4,
  high: 2
})
