import type { Family } from "../family.ts"
import { integer, number, resolve } from "../parameter.ts"
import { spread } from "../spread.ts"
import { cartPole } from "./cartpole.ts"

const ID = "cartpole-length"

const options = {
  n: integer(10, "tasks", 1, 1000, "number of tasks"),
  low: number(0.1, "m", 1e-3, 1000, "shortest half-length"),
  high: number(4, "m", 1e-3, 1000, "longest half-length"),
  masspole: number(0.1, "kg", 1e-6, 1e6, "mass of the pole, of all tasks"),
  masscart: number(1, "kg", 1e-6, 1e6, "mass of the cart, of all tasks"),
  gravity: number(9.8, "m/s²", 0, 1000, "acceleration of free fall, of all tasks"),
  force_mag: number(10, "N", -1e6, 1e6, "push, of all tasks")
}

/**
 * Cart-poles that differ in the pole's half-length: n values from `low` to `high` in equal ratios.
 */
export const cartPoleLength: Family = {
  id: ID,
  summary: "Cart-poles with poles of different length",
  environment: cartPole,
  options,
  ...spread({
    id: ID,
    steps: "ratios",
    read: (given) => resolve(ID, "option", options, given),
    taskOf: ({ masspole, masscart, gravity, force_mag }, length) => ({
      id: `length=${length}`,
      environment: cartPole.id,
      params: { length, masspole, masscart, gravity, force_mag }
    })
  })
}
