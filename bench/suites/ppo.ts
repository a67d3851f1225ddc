/** Proximal policy optimisation on CartPole from end to end. */
import { Effect } from "effect"
import { ppo as algorithm, type Ppo } from "../../algorithms/mod.ts"
import { zeroKey } from "../../core/random/mod.ts"
import { Session } from "../../core/service/session.ts"
import { cartPole } from "../../envs/cartpole/cartpole.ts"
import { make } from "../../plugins/sessions/wasm/mod.ts"
import type { MakeSession } from "../sides.ts"
import type { Ask, Side, Suite, Work } from "../suite.ts"
import { cpuSeconds, failed, made } from "../timing.ts"

/** A training, as both sides are told it. */
export interface Setting {
  readonly envs: number
  /** Steps a rollout, over all environments. */
  readonly rollout: number
  readonly updates: number
  readonly batch: number
  readonly epochs: number
  /** Hidden layers of 64 units, in policy and value network each. */
  readonly layers: number
  /** Where the setting departs from the defaults, which are Stable-Baselines3's. */
  readonly config?: Partial<Ppo>
}

/** A session, networks and programs made ready: all that comes before the first step. */
const ready = (make: MakeSession, s: Setting) =>
  Effect.gen(function* () {
    const session = yield* make
    const network = { layers: s.layers, width: 64, activation: "tanh", taskOneHot: false } as const
    const policy = yield* made(algorithm.makePolicy(cartPole, network))
    const problem = {
      environment: cartPole,
      tasks: [{ id: "default", params: {} }],
      policy,
      environmentsPerTask: s.envs,
      stepsPerTask: s.rollout,
      iterations: s.updates
    }
    const config = { ...algorithm.defaults, batch: s.batch, epochs: s.epochs, ...s.config }
    return yield* Effect.provideService(algorithm.learner(config, problem), Session, session)
  })

/** Steps a second of all updates, each measurement going on where the one before stopped. */
export const goingOn = (make: MakeSession, s: Setting): Side =>
  Effect.gen(function* () {
    const learner = yield* ready(make, s)
    let state = yield* learner.init(zeroKey)
    return Effect.gen(function* () {
      const start = cpuSeconds()
      for (let i = 0; i < s.updates; i++) state = (yield* learner.iterate(state)).state
      return { value: (s.rollout * s.updates) / (cpuSeconds() - start) }
    }).pipe(Effect.mapError(failed))
  }).pipe(Effect.mapError(failed))

/** Steps a second of a whole training from its first parameters; with `making` from nothing at all. */
export const whole = (make: MakeSession, s: Setting, making: boolean): Side =>
  Effect.gen(function* () {
    const before = making ? undefined : yield* ready(make, s)
    return Effect.gen(function* () {
      const start = cpuSeconds()
      const learner = before ?? (yield* ready(make, s))
      let state = yield* learner.init(zeroKey)
      for (let i = 0; i < s.updates; i++) state = (yield* learner.iterate(state)).state
      return { value: (s.rollout * s.updates) / (cpuSeconds() - start) }
    }).pipe(Effect.scoped, Effect.mapError(failed))
  }).pipe(Effect.mapError(failed))

/** Stable-Baselines3's defaults, with networks of three layers. */
export const likeStableBaselines = (envs: number): Setting => ({
  envs,
  rollout: 2048,
  updates: 16,
  batch: 64,
  epochs: 10,
  layers: 3
})

/** The same training there. */
export const stableBaselines = (s: Setting): Ask => ({
  work: "sb3_ppo",
  args: { envs: s.envs, rollout: s.rollout, batch: s.batch, epochs: s.epochs, hidden: Array(s.layers).fill(64) }
})

export const titleOf = (s: Setting): string =>
  `PPO CartPole, ${s.rollout} steps a rollout, batch ${s.batch}, ${s.epochs} epochs, ${s.layers}x64, ${s.envs} envs`

const beside = (envs: number): Work => {
  const setting = likeStableBaselines(envs)
  return {
    work: titleOf(setting),
    unit: "steps/s",
    rounds: 3,
    ours: goingOn(make(), setting),
    opponents: [{ peer: "stable-baselines3", goal: 10, ask: stableBaselines(setting) }]
  }
}

/** A whole training of 102,400 steps in the manner of PureJaxRL. */
export const likePureJax: Setting = {
  envs: 16,
  rollout: 2048,
  updates: 50,
  batch: 512,
  epochs: 4,
  layers: 2,
  config: { learningRate: 2.5e-4, anneal: true, entropy: 0.01, valueClip: 0.2 }
}

/** The same as one compiled function; `compiling` counts that too. */
export const pureJax = (compiling: boolean): Ask => ({
  work: "jax_ppo",
  args: { envs: 16, steps: 128, epochs: 4, minibatches: 4, updates: 50, hidden: [64, 64], compiling }
})

const compiled = (compiling: boolean): Work => ({
  work: `PPO CartPole, 16 envs x 128 steps, 4 epochs of 4 minibatches, 2x64, compiling ${compiling ? "" : "not "}counted`,
  unit: "steps/s",
  rounds: 3,
  ours: whole(make(), likePureJax, compiling),
  opponents: [{ peer: "jax", goal: compiling ? 1 : 0.5, ask: pureJax(compiling) }]
})

export const ppo: Suite = {
  name: "ppo",
  question: "How many steps a second does a whole PPO training take, environments and learning together?",
  works: Effect.sync(() => [beside(1), beside(8), compiled(false), compiled(true)])
}
