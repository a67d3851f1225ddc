/** Where ways of training many tasks are compared: a family, what learns on it, and how long. */
import type { Ppo, Sac } from "../../algorithms/mod.ts"
import { ppoDefaults, sacDefaults } from "../../algorithms/mod.ts"
import { presets } from "../../pipeline/internal.ts"
import type { RunConfig } from "../../pipeline/mod.ts"

/** A family with the sizes of a training on it. */
export interface Ground {
  readonly name: string
  /** Family, learner and networks; what finds groups takes the rest from here too. */
  readonly config: RunConfig
  /** Environment steps a task of a whole training. */
  readonly steps: number
  /** Times that a training is looked at, the last one at its end. */
  readonly points: number
  /** Whole episodes a task each time, with the most probable actions. */
  readonly episodes: number
  /** The only contenders there; all where it is missing. */
  readonly contenders?: readonly string[]
  /** Whether what is reached is told as the share of episodes that succeed, and not as their return. */
  readonly success?: true
}

const quick = presets["cartpole-length"]!

const ppo = (change: Partial<Ppo>): RunConfig["algorithm"] => ({ id: "ppo", ppo: { ...ppoDefaults, ...change } })

const sac = (change: Partial<Sac>): RunConfig["algorithm"] => ({ id: "sac", sac: { ...sacDefaults, ...change } })

const meta = (iterations: number, stepsPerTask: number, vector: number): RunConfig["meta"] => ({
  iterations,
  target: "off",
  stepsPerTask,
  vector
})

const transitions = (transitionsPerTask: number): RunConfig["surrogate"] => ({
  ...quick.surrogate,
  transitionsPerTask
})

const tanh = (width: number) => ({ layers: 2, width, activation: "tanh", taskOneHot: false }) as const

/** A family on which a training takes seconds. */
const seconds = (name: string, family: RunConfig["family"], change: Partial<Ppo> = {}): Ground => ({
  name,
  config: {
    ...quick,
    family,
    algorithm: ppo({ learningRate: 1e-3, batch: 128, ...change }),
    network: tanh(32),
    meta: meta(4, 512, 8),
    surrogate: transitions(2048)
  },
  steps: 10_240,
  points: 5,
  episodes: 8
})

/**
 * The four families, and one of them once more. Sizes are for two cores: the first two take seconds a training, the others minutes.
 * The last one takes hours, of one contender.
 */
export const grounds: readonly Ground[] = [
  seconds("cartpole-mirrored", { id: "cartpole-mirrored", n: 8, options: { jitter: 0.2 } }),
  seconds("navigation", { id: "navigation-uniform", n: 8, options: {} }, { gamma: 0.95 }),
  {
    name: "halfcheetah-direction",
    config: {
      ...quick,
      family: { id: "halfcheetah-direction", n: 6, options: {} },
      algorithm: ppo({ batch: 512 }),
      network: tanh(64),
      normalise: { observation: true, reward: true },
      meta: meta(6, 2048, 8),
      surrogate: transitions(8192)
    },
    steps: 163_840,
    points: 5,
    episodes: 4
  },
  {
    // 10⁶ steps over the ten tasks; a step of each and one update, of 128 transitions of each, in turn.
    name: "metaworld-mt10",
    config: {
      ...quick,
      family: { id: "metaworld-mt10", n: 10, options: {} },
      algorithm: sac({ learningStarts: 500, batch: 128, updates: 1, replay: 1_000_000 }),
      network: { layers: 2, width: 128, activation: "relu", taskOneHot: false },
      meta: meta(20, 500, 1),
      surrogate: transitions(5000)
    },
    steps: 100_000,
    points: 5,
    episodes: 5,
    success: true
  },
  {
    // Networks and learner as in the first of the public curves, so that the learner is held to what others measured.
    name: "metaworld-mt10-as-published",
    config: {
      ...quick,
      family: { id: "metaworld-mt10", n: 10, options: {} },
      algorithm: sac({ learningStarts: 4000, batch: 128, updates: 1, replay: 1_000_000, maxGradientNorm: 1 }),
      network: { layers: 3, width: 256, activation: "relu", taskOneHot: false },
      meta: meta(20, 1000, 1),
      surrogate: transitions(5000)
    },
    steps: 100_000,
    points: 10,
    episodes: 5,
    contenders: ["multi-head"],
    success: true
  }
]
