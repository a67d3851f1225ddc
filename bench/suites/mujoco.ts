/** Steps of robots in MuJoCo's WebAssembly builds, against Gymnasium on MuJoCo's own library; and what a second thread brings. */
import { Effect } from "effect"
import type { Environment } from "../../envs/env.ts"
import { ant, type EngineId, engineIds, halfCheetah } from "../../plugins/mujoco/mod.ts"
import { rollouts } from "../rollouts.ts"
import { count, stepping } from "../stepping.ts"
import { floor, type Suite, type Work } from "../suite.ts"

/** The floor is what Gymnasium does in MuJoCo 3.3.0 on the quiet machine of the first measurements. */
const robot = (environment: Environment, mujoco: EngineId, figure: number, steps: number): Work => ({
  work: `${environment.id} in MuJoCo ${mujoco}, ${count} together`,
  unit: "steps/s",
  rounds: 5,
  // The machine code is compiled for good while it runs: about a second.
  ours: stepping(environment, { steps, warm: 5, params: { mujoco } }),
  opponents: [
    floor(figure),
    { peer: "gymnasium, one", goal: 1, ask: { work: "env_steps", args: { id: environment.id, steps: 10 * steps } } }
  ]
})

/** By the clock, on two cores. */
const threads = ({ id }: Environment): Work => ({
  work: `${id}, rollouts of two tasks by two workers`,
  unit: "steps/s",
  rounds: 5,
  cores: 2,
  ours: rollouts(id, 2),
  opponents: [{ peer: "ours, one thread", goal: 1.8, rival: rollouts(id, 1) }]
})

export const mujoco: Suite = {
  name: "mujoco",
  question: "How many steps a second of robots in MuJoCo, one thread; and what do two workers bring?",
  works: Effect.succeed([
    ...engineIds.flatMap((id) => [robot(halfCheetah, id, 33_000, 400), robot(ant, id, 5100, 80)]),
    threads(halfCheetah),
    threads(ant)
  ])
}
