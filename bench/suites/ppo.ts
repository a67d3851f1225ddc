/** Proximal policy optimisation on CartPole from end to end. */
import { Effect } from "effect"
import { missing, type Opponent, type Suite, type Work } from "../suite.ts"

interface Setting {
  readonly envs: number
  /** Steps a rollout, over all environments. */
  readonly rollout: number
  readonly batch: number
  readonly epochs: number
  readonly hidden: readonly number[]
}

const training = (title: string, setting: Setting, updates: number, opponents: readonly Opponent[]): Work => ({
  work: title,
  unit: "steps/s",
  rounds: 3,
  ours: Effect.fail(missing(`algorithms/ppo for ${updates} updates of ${setting.rollout} steps`)),
  opponents
})

/** Stable-Baselines3 with the same rollout, minibatch, epochs and networks. */
const beside = (envs: number): Work => {
  const setting = { envs, rollout: 2048, batch: 64, epochs: 10, hidden: [64, 64, 64] }
  return training(`PPO CartPole, 2048 steps, batch 64, 10 epochs, 3x64, ${envs} envs`, setting, 4, [
    { peer: "stable-baselines3", goal: 10, ask: { work: "sb3_ppo", args: setting } }
  ])
}

/** A whole compiled training of 50 updates, 102,400 steps, in the manner of PureJaxRL. */
const compiled = (): Work => {
  const args = { envs: 16, steps: 128, epochs: 4, minibatches: 4, updates: 50, hidden: [64, 64] }
  const setting = { envs: 16, rollout: 2048, batch: 512, epochs: 4, hidden: [64, 64] }
  return training("PPO CartPole, 16 envs x 128 steps, 4 epochs of 4 minibatches, 2x64", setting, 50, [
    { peer: "jax, compiled before", goal: 0.5, ask: { work: "jax_ppo", args } },
    { peer: "jax, compiling counted", goal: 1, ask: { work: "jax_ppo", args: { ...args, compiling: true } } }
  ])
}

export const ppo: Suite = {
  name: "ppo",
  question: "How many steps a second does a whole PPO training take, environments and learning together?",
  works: Effect.sync(() => [beside(1), beside(8), compiled()])
}
