import { exp } from "../../core/math/mod.ts"
import { standardNormal } from "../../core/random/mod.ts"
import type { Family } from "../family.ts"
import { integer, number, resolve } from "../parameter.ts"
import { planted } from "../planted.ts"
import { cartPole } from "./cartpole.ts"

const ID = "cartpole-mirrored"

const options = {
  n: integer(10, "tasks", 2, 1000, "number of tasks; every other one is mirrored"),
  jitter: number(0, "", 0, 1, "standard deviation of the logarithm of each task's length, masspole and force_mag"),
  seed: integer(0, "", 0, Number.MAX_SAFE_INTEGER, "decides the jitter"),
  length: number(0.5, "m", 1e-2, 10, "half-length of the pole around which tasks vary"),
  masspole: number(0.1, "kg", 1e-4, 1e3, "mass of the pole around which tasks vary"),
  masscart: number(1, "kg", 1e-6, 1e6, "mass of the cart, of all tasks"),
  gravity: number(9.8, "m/s²", 0, 1000, "acceleration of free fall, of all tasks"),
  force_mag: number(10, "N", 1e-2, 1e3, "push around which tasks vary; negative in mirrored tasks")
}

/**
 * Cart-poles of which every other one has its actions swapped (a negative `force_mag`): two planted groups.
 *
 * What balances a pole of one group fells that of the other, so tasks help each other within a group and harm each
 * other across. Group 0 pushes as Gymnasium does, group 1 the other way; task i is of group i mod 2.
 */
export const cartPoleMirrored: Family = {
  id: ID,
  summary: "Cart-poles, half of them with left and right swapped",
  environment: cartPole,
  options,
  ...planted({
    id: ID,
    read: (given) => resolve(ID, "option", options, given),
    groups: () => 2,
    taskOf: (o, group, name, s) => {
      const vary = (value: number): number => Number((value * exp(o.jitter * standardNormal(s))).toPrecision(6))
      const length = vary(o.length)
      const masspole = vary(o.masspole)
      const push = vary(o.force_mag)
      return {
        id: `${name},push=${group === 0 ? "normal" : "mirrored"}`,
        environment: cartPole.id,
        params: {
          length,
          masspole,
          masscart: o.masscart,
          gravity: o.gravity,
          force_mag: group === 0 ? push : -push
        }
      }
    }
  })
}
