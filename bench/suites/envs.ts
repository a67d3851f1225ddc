/** Environment steps against Gymnasium and highway-env, whose numbers ours equal. */
import { Effect } from "effect"
import { cartPole } from "../../envs/cartpole/cartpole.ts"
import type { Environment } from "../../envs/env.ts"
import { frozenLake, frozenLake8x8 } from "../../envs/frozen_lake/frozen_lake.ts"
import { gridWorld } from "../../envs/grid_world/grid_world.ts"
import { highway, highwayFast } from "../../envs/highway/highway.ts"
import { lunarLander, lunarLanderContinuous } from "../../envs/lunar_lander/lunar_lander.ts"
import { navigation } from "../../envs/navigation/navigation.ts"
import { pendulum } from "../../envs/pendulum/pendulum.ts"
import { count, stepping } from "../stepping.ts"
import { floor, type Suite, type Work } from "../suite.ts"

/**
 * highway-env's floor is 200 times what it does on the machine of the first measurements; its own figure is beside it.
 * EnvPool has a traffic of its own under the same name.
 */
const highwayWork = (environment: Environment, floorSteps: number, peerSteps: number): Work => ({
  work: `${environment.id}, ${count} together`,
  unit: "steps/s",
  rounds: 3,
  ours: stepping(environment, { steps: 40 }),
  opponents: [
    floor(floorSteps),
    {
      peer: "highway-env, one",
      goal: 200,
      ask: { work: "env_steps", args: { id: `highway_env:${environment.id}`, steps: peerSteps } }
    },
    ...envPool(environment.id, 100 * peerSteps)
  ]
})

/** A real Box2D, so that every step is dear. Its floor is what Gymnasium does on the machine of the first measurements. */
const landerWork = (environment: Environment): Work => ({
  work: `${environment.id}, ${count} together`,
  unit: "steps/s",
  rounds: 5,
  ours: stepping(environment, { steps: 100, warm: 60 }),
  opponents: [
    floor(31_500),
    { peer: "gymnasium, one", goal: 2, ask: { work: "env_steps", args: { id: environment.id } } },
    ...envPool(environment.id, 50_000)
  ]
})

/** EnvPool in one thread: with as many environments as ours, and with so many that the way from Python costs little. */
const envPool = (id: string, steps = 400_000): Work["opponents"] =>
  [count, 16 * count].map((envs) => ({
    peer: `EnvPool, ${envs}`,
    goal: null,
    ask: { work: "envpool_steps", args: { id, envs, steps } }
  }))

/** Small worlds: beside Gymnasium where it has them, with what one core should do at least. */
const world = (environment: Environment, floorSteps: number, gymnasium: boolean): Work => ({
  work: `${environment.id}, ${count} together`,
  unit: "steps/s",
  rounds: 5,
  ours: stepping(environment, { steps: 1000 }),
  opponents: [
    floor(floorSteps),
    ...(gymnasium
      ? [
          { peer: "gymnasium, one", goal: null, ask: { work: "env_steps", args: { id: environment.id } } },
          ...envPool(environment.id)
        ]
      : [])
  ]
})

export const envs: Suite = {
  name: "envs",
  question: "How many environment steps a second, with random actions?",
  works: Effect.succeed([
    {
      work: `CartPole-v1, ${count} together`,
      unit: "steps/s",
      rounds: 5,
      ours: stepping(cartPole, { steps: 1000 }),
      opponents: [
        floor(5e6),
        { peer: "gymnasium, one", goal: null, ask: { work: "env_steps", args: { id: "CartPole-v1" } } },
        {
          peer: `gymnasium, ${count} in NumPy`,
          goal: null,
          ask: { work: "env_steps", args: { id: "CartPole-v1", envs: count, steps: 100_000 } }
        },
        ...envPool("CartPole-v1")
      ]
    },
    world(pendulum, 5e6, true),
    world(frozenLake, 5e6, true),
    world(frozenLake8x8, 5e6, true),
    world(navigation, 5e6, false),
    world(gridWorld, 5e6, false),
    landerWork(lunarLander),
    landerWork(lunarLanderContinuous),
    highwayWork(highway, 200 * 5.3, 60),
    highwayWork(highwayFast, 200 * 54, 500)
  ])
}
