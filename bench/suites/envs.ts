/** Environment steps against Gymnasium and highway-env, whose numbers ours equal. */
import { Effect } from "effect"
import { fillIntegers, fillUniform, stream, zeroKey } from "../../core/random/mod.ts"
import { cartPole } from "../../envs/cartpole/cartpole.ts"
import type { Environment } from "../../envs/env.ts"
import { frozenLake, frozenLake8x8 } from "../../envs/frozen_lake/frozen_lake.ts"
import { gridWorld } from "../../envs/grid_world/grid_world.ts"
import { highway, highwayFast } from "../../envs/highway/highway.ts"
import { lunarLander, lunarLanderContinuous } from "../../envs/lunar_lander/lunar_lander.ts"
import { navigation } from "../../envs/navigation/navigation.ts"
import { pendulum } from "../../envs/pendulum/pendulum.ts"
import { taskBatch } from "../../envs/task_batch.ts"
import { makeRows } from "../../envs/vector.ts"
import { floor, type Suite, type Work } from "../suite.ts"
import { made, sampler, secondsPerCall } from "../timing.ts"

const count = 16

/**
 * Random actions, drawn before the clock starts on both sides; `count` environments step and reset themselves. `warm`
 * sweeps go before, where one round would not do for the engine to compile what there is.
 */
const stepping = (environment: Environment, steps: number, warm = 0): Work["ours"] =>
  Effect.gen(function* () {
    const batch = yield* made(taskBatch(environment, [{ id: "default", params: {} }], count, zeroKey))
    const rows = makeRows(count, batch.observationSize)
    const actions = new Float64Array(count * steps * batch.actionSize)
    const { action } = environment
    if (action._tag === "Discrete") fillIntegers(stream(zeroKey), 0, action.n, actions)
    else fillUniform(stream(zeroKey), action.low[0]!, action.high[0]!, actions)
    batch.reset(rows.observation)
    const sweep = () => {
      for (let t = 0; t < steps; t++) batch.step(actions, rows, 0, t * count)
    }
    for (let i = 0; i < warm; i++) sweep()
    return sampler(() => (count * steps) / secondsPerCall(sweep))
  })

/**
 * highway-env's floor is 200 times what it does on the machine of the first measurements; its own figure is beside it.
 * EnvPool has a traffic of its own under the same name.
 */
const highwayWork = (environment: Environment, floorSteps: number, peerSteps: number): Work => ({
  work: `${environment.id}, ${count} together`,
  unit: "steps/s",
  rounds: 3,
  ours: stepping(environment, 40),
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
  ours: stepping(environment, 100, 60),
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
  ours: stepping(environment, 1000),
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
      ours: stepping(cartPole, 1000),
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
