/** Whole trainings beside those of Stable-Baselines3 and of PyTorch in one file: how fast, and how well they learn. */
import { Effect } from "effect"
import { type NetworkConfig, type Ppo, ppo, type Sac, sac } from "../../algorithms/mod.ts"
import { cartPole } from "../../envs/cartpole/cartpole.ts"
import { lunarLander } from "../../envs/lunar_lander/lunar_lander.ts"
import { pendulum } from "../../envs/pendulum/pendulum.ts"
import type { Opponent, Suite, Work } from "../suite.ts"
import { type Course, trains } from "../training.ts"
import { mamlWork } from "./maml.ts"

/** Seeds unless `--seeds` says otherwise: all that fits into a quarter of an hour with the peers. */
const SEEDS = 3

/** Episodes of an evaluation. */
const EPISODES = 20

/** The peers, by the names in which their works begin. */
const peers = { "stable-baselines3": "sb3", pytorch: "torch" } as const

const network = (width: number, activation: NetworkConfig["activation"]): NetworkConfig => ({
  layers: 2,
  width,
  activation,
  taskOneHot: false
})

/** What every peer is told of a course. */
const told = (course: Course) => ({
  env: course.environment.id,
  steps: course.window * course.windows,
  window: course.window,
  evaluation: course.episodes,
  hidden: new Array<number>(course.network.layers).fill(course.network.width)
})

const opponents = (algorithm: string, goal: number, args: Readonly<Record<string, unknown>>): readonly Opponent[] =>
  Object.entries(peers).map(([peer, prefix]) => ({ peer, goal, ask: { work: `${prefix}_train_${algorithm}`, args } }))

const training = (work: string): Pick<Work, "work" | "unit" | "rounds" | "cold" | "seeded"> => ({
  work,
  unit: "steps/s",
  rounds: SEEDS,
  cold: true,
  seeded: true
})

const ppoOn = (course: Course, goal: number, rate: number): Work => {
  const c: Ppo = { ...ppo.defaults, learningRate: rate }
  return {
    ...training(`PPO ${course.environment.id}, ${course.window * course.windows} steps`),
    ours: trains(ppo, c, course),
    opponents: opponents("ppo", goal, {
      ...told(course),
      envs: course.envs,
      rate: c.learningRate,
      batch: c.batch,
      epochs: c.epochs,
      gamma: c.gamma,
      trace: c.lambda,
      clip: c.clip,
      entropy: c.entropy,
      value: c.value,
      norm: c.maxGradientNorm
    })
  }
}

const sacOn = (course: Course, goal: number, rate: number): Work => {
  const c: Sac = { ...sac.defaults, learningRate: rate }
  return {
    ...training(`SAC ${course.environment.id}, ${course.window * course.windows} steps`),
    ours: trains(sac, c, course),
    opponents: opponents("sac", goal, {
      ...told(course),
      rate: c.learningRate,
      replay: c.replay,
      starts: c.learningStarts,
      batch: c.batch,
      tau: c.tau,
      gamma: c.gamma
    })
  }
}

const tanh = network(64, "tanh")

/**
 * Settings are Stable-Baselines3's defaults, which are ours, but for the learning rate where a short training needs a
 * larger one; it was chosen on our side, before the peers were looked at.
 */
const works: readonly Work[] = [
  ppoOn({ environment: cartPole, network: tanh, envs: 8, window: 2048, windows: 20, episodes: EPISODES }, 10, 3e-4),
  ppoOn({ environment: lunarLander, network: tanh, envs: 16, window: 2048, windows: 49, episodes: EPISODES }, 5, 1e-3),
  sacOn(
    { environment: pendulum, network: network(256, "relu"), envs: 1, window: 400, windows: 10, episodes: EPISODES },
    5,
    1e-3
  ),
  mamlWork
]

export const algorithms: Suite = {
  name: "algorithms",
  question: "How fast and how well do PPO, SAC and MAML-TRPO learn on the same tasks with the same settings?",
  works: Effect.succeed(works)
}
