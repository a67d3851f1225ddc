/** Soft actor-critic on Pendulum, one update a step. */
import { Effect } from "effect"
import { sac as algorithm } from "../../algorithms/mod.ts"
import { zeroKey } from "../../core/random/mod.ts"
import { Session } from "../../core/service/session.ts"
import { pendulum } from "../../envs/pendulum/pendulum.ts"
import { make as native } from "../../plugins/sessions/native/mod.ts"
import { make as wasm } from "../../plugins/sessions/wasm/mod.ts"
import type { MakeSession } from "../sides.ts"
import type { Side, Suite, Work } from "../suite.ts"
import { cpuSeconds, failed, made } from "../timing.ts"

/** Steps of one measurement. */
const STEPS = 20

const side = (make: MakeSession, width: number): Side =>
  Effect.gen(function* () {
    const session = yield* make
    const network = { layers: 2, width, activation: "relu", taskOneHot: false } as const
    const problem = {
      environment: pendulum,
      tasks: [{ id: "default", params: {} }],
      policy: yield* made(algorithm.makePolicy(pendulum, network)),
      environmentsPerTask: 1,
      stepsPerTask: STEPS,
      iterations: 1000
    }
    const learner = yield* Effect.provideService(algorithm.learner(algorithm.defaults, problem), Session, session)
    let state = yield* learner.init(zeroKey)
    while (state.steps < 150) state = (yield* learner.iterate(state)).state
    return Effect.gen(function* () {
      const start = cpuSeconds()
      state = (yield* learner.iterate(state)).state
      return { value: STEPS / (cpuSeconds() - start) }
    }).pipe(Effect.mapError(failed))
  }).pipe(Effect.mapError(failed))

const beside = (session: string, make: MakeSession, width: number): Work => ({
  work: `SAC Pendulum, batch 256, one update a step, ${width}x${width}, ${session}`,
  unit: "steps/s",
  rounds: 10,
  ours: side(make, width),
  opponents: [
    {
      peer: "stable-baselines3",
      goal: 5,
      ask: { work: "sb3_sac", args: { steps: STEPS, batch: 256, hidden: [width, width] } }
    }
  ]
})

export const sac: Suite = {
  name: "sac",
  question: "How many steps a second does soft actor-critic take with an update at each?",
  works: Effect.sync(() =>
    [64, 256].flatMap((width) => [beside("native", native({ threads: 1 }), width), beside("wasm", wasm(), width)])
  )
}
