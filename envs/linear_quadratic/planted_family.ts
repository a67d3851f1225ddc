import * as Either from "fp-ts/lib/Either.js"
import { cos, sin } from "../../core/math/mod.ts"
import { standardNormal } from "../../core/random/mod.ts"
import { type EnvError, optionError } from "../error.ts"
import type { Family } from "../family.ts"
import { integer, number, type Params, type Resolved, resolve } from "../parameter.ts"
import { planted } from "../planted.ts"
import { linearQuadratic } from "./linear_quadratic.ts"

const ID = "lq-planted"

const options = {
  n: integer(10, "tasks", 1, 1000, "number of tasks"),
  groups: integer(2, "groups", 1, 100, "number of planted groups; task i is of group i mod groups"),
  target_radius: number(0, "m", 0, 10, "distance of each group's target from the origin; 0: all groups share it"),
  angle_jitter: number(0.1, "rad", 0, 1, "standard deviation of a task's angle within its group"),
  target_jitter: number(0, "m", 0, 1, "standard deviation of a task's target within its group"),
  seed: integer(0, "", 0, Number.MAX_SAFE_INTEGER, "decides the jitter"),
  gain: number(0.5, "m per unit of action", 1e-3, 10, "b of all tasks"),
  action_cost: number(0.1, "", 1e-6, 1000, "r of all tasks"),
  noise: number(0, "m", 0, 10, "disturbance of all tasks")
}
type Options = Resolved<typeof options>

/**
 * Linear-quadratic tasks in planted groups: group g has its control matrix turned by 2πg/groups and its target at that
 * angle.
 *
 * With two groups the control is reversed between them, so that one policy serves a group and harms the other; what
 * each policy is worth for each task is known exactly (truth.ts).
 */
export const linearQuadraticPlanted: Family = {
  id: ID,
  summary: "Linear-quadratic tasks in planted groups, with returns known in closed form",
  environment: linearQuadratic,
  options,
  ...planted({
    id: ID,
    read: (given) => checked(given),
    groups: (o) => o.groups,
    taskOf: (o, group, name, s) => {
      const centre = (2 * Math.PI * group) / o.groups
      const angle = centre + o.angle_jitter * standardNormal(s)
      return {
        id: `${name},group=${group}`,
        environment: linearQuadratic.id,
        params: {
          gain: o.gain,
          angle,
          target_x: o.target_radius * cos(centre) + o.target_jitter * standardNormal(s),
          target_y: o.target_radius * sin(centre) + o.target_jitter * standardNormal(s),
          action_cost: o.action_cost,
          noise: o.noise
        }
      }
    }
  })
}

const checked = (given: Params): Either.Either<EnvError, Options> =>
  Either.chain((o: Options) =>
    o.groups <= o.n ? Either.right(o) : Either.left(optionError(ID, "groups", o.groups, `at most n = ${o.n}`))
  )(resolve(ID, "option", options, given))
