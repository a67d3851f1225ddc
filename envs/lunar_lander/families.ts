import type { Family } from "../family.ts"
import { flag, integer, number, resolve } from "../parameter.ts"
import { spread } from "../spread.ts"
import { lunarLander } from "./lunar_lander.ts"

const count = integer(10, "tasks", 1, 1000, "number of tasks")

const gravityOptions = {
  n: count,
  low: number(-11.9, "m/s²", -11.9999, -0.0001, "strongest gravity"),
  high: number(-2, "m/s²", -11.9999, -0.0001, "weakest gravity"),
  enable_wind: flag(false, "whether wind blows, in all tasks"),
  wind_power: number(15, "N", 0, 1000, "the wind's strongest force, of all tasks"),
  turbulence_power: number(1.5, "N m", 0, 100, "the wind's strongest torque, of all tasks")
}

/**
 * Landers under different gravity: n values in equal steps.
 *
 * Source: Zhang et al., section 4.1, vary gravity over 10 tasks; they do not give its values, so that the range, nearly all
 * that Gymnasium accepts, is ours.
 */
export const lunarLanderGravity: Family = {
  id: "lunarlander-gravity",
  summary: "Landers under different gravity",
  environment: lunarLander,
  options: gravityOptions,
  ...spread({
    id: "lunarlander-gravity",
    steps: "equal",
    read: (given) => resolve("lunarlander-gravity", "option", gravityOptions, given),
    taskOf: ({ enable_wind, wind_power, turbulence_power }, gravity) => ({
      id: `gravity=${gravity}`,
      environment: lunarLander.id,
      params: { gravity, enable_wind, wind_power, turbulence_power }
    })
  })
}

const windOptions = {
  n: count,
  low: number(0, "N", 0, 1000, "weakest wind_power"),
  high: number(20, "N", 0, 1000, "strongest wind_power"),
  gravity: number(-10, "m/s²", -11.9999, -0.0001, "acceleration of free fall, of all tasks"),
  turbulence_power: number(1.5, "N m", 0, 100, "the wind's strongest torque, of all tasks")
}

/** Landers in still air to strong wind: n values of `wind_power` in equal steps over the range that is usual. */
export const lunarLanderWind: Family = {
  id: "lunarlander-wind",
  summary: "Landers in still air to strong wind",
  environment: lunarLander,
  options: windOptions,
  ...spread({
    id: "lunarlander-wind",
    steps: "equal",
    read: (given) => resolve("lunarlander-wind", "option", windOptions, given),
    taskOf: ({ gravity, turbulence_power }, wind_power) => ({
      id: `wind_power=${wind_power}`,
      environment: lunarLander.id,
      params: { gravity, enable_wind: true, wind_power, turbulence_power }
    })
  })
}
