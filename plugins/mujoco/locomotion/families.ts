/** The papers' families of runners: two directions, and velocities to keep. */
import * as E from "fp-ts/lib/Either.js"
import { child, stream, uniform } from "../../../core/random/mod.ts"
import {
  choiceOf,
  type Environment,
  type Family,
  integer,
  number,
  type Params,
  type Resolved,
  resolve,
  spread,
  type Task
} from "../../../envs/mod.ts"
import { engineIds } from "../engine/mod.ts"
import { ant } from "./ant.ts"
import { halfCheetah } from "./planar.ts"

const mujoco = choiceOf("3.14.0", engineIds, "version of MuJoCo, of all tasks")

/**
 * Forward and backward: +v and −v of the speed along x. Drawn tasks are one of the two each, numbered, for there are no others.
 *
 * - Source: Finn et al., arXiv:1703.03400, section 5.3.
 */
const direction = (id: string, summary: string, environment: Environment): Family => {
  const options = {
    n: integer(2, "tasks", 1, 1000, "number of tasks; from the third on they repeat, under other ids"),
    mujoco
  }
  const read = (given: Params) => resolve(id, "option", options, given)
  const task = (forward: boolean, o: { readonly mujoco: string }, number = ""): Task => ({
    id: `${forward ? "forward" : "backward"}${number}`,
    environment: environment.id,
    params: { forward_reward_weight: forward ? 1 : -1, mujoco: o.mujoco }
  })
  return {
    id,
    summary,
    environment,
    options,
    tasks: (given) =>
      E.map((o: Resolved<typeof options>) => ({
        tasks: Array.from({ length: o.n }, (_, i) => task(i % 2 === 0, o, i < 2 ? "" : `-${1 + Math.floor(i / 2)}`)),
        planted: Array.from({ length: o.n }, (_, i) => i % 2)
      }))(read(given)),
    draw: (given, key, count) =>
      E.map((o: Resolved<typeof options>) => {
        const source = stream(child(key, id))
        const tasks = Array.from({ length: count }, (_, i) => task(uniform(source, 0, 1) < 0.5, o, `-${i + 1}`))
        return { tasks, planted: undefined }
      })(read(given))
  }
}

/**
 * Velocities to keep, in equal steps from `low` to `high`; drawn ones are uniform between them.
 *
 * - Source: Finn et al., arXiv:1703.03400, section 5.3: 0 to 2 for the cheetah, 0 to 3 for the ant.
 */
const velocity = (id: string, summary: string, environment: Environment, high: number): Family => {
  const options = {
    n: integer(10, "tasks", 1, 1000, "number of tasks"),
    low: number(0, "m/s", -100, 100, "smallest velocity"),
    high: number(high, "m/s", -100, 100, "largest velocity"),
    mujoco
  }
  return {
    id,
    summary,
    environment,
    options,
    ...spread({
      id,
      steps: "equal",
      read: (given) => resolve(id, "option", options, given),
      taskOf: (o, target_velocity) => ({
        id: `target_velocity=${target_velocity}`,
        environment: environment.id,
        params: { keep_velocity: true, target_velocity, mujoco: o.mujoco }
      })
    })
  }
}

export const halfCheetahDirection = direction(
  "halfcheetah-direction",
  "Half-cheetahs that run forward or backward",
  halfCheetah
)
export const halfCheetahVelocity = velocity(
  "halfcheetah-velocity",
  "Half-cheetahs that keep a velocity",
  halfCheetah,
  2
)
export const antDirection = direction("ant-direction", "Ants that run forward or backward", ant)
export const antVelocity = velocity("ant-velocity", "Ants that keep a velocity", ant, 3)
