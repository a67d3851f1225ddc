/** Presets that train groups. */
import type { Ppo } from "../../algorithms/mod.ts"
import type { RunConfig } from "../config.ts"

export const quickPpo: Ppo = {
  learningRate: 1e-3,
  anneal: false,
  epochs: 5,
  batch: 4096,
  gamma: 0.99,
  lambda: 0.95,
  baseline: "network",
  popArt: "off",
  clip: 0.2,
  valueClip: "off",
  entropy: 0.0,
  value: 0.5,
  maxGradientNorm: 0.5,
  normaliseAdvantages: true,
  klStop: "off"
}

/**
 * Ten cart-poles with poles of 0.2 to 8 m, steps in plenty: who shares with whom hardly matters. Within a minute on two cores.
 * Source of the family: Zhang et al., section 4.1; range and sizes are ours.
 */
export const cartpoleLength: RunConfig = {
  preset: "cartpole-length",
  use: "group",
  seed: 0,
  session: "auto",
  workers: "auto",
  plugins: [],
  family: { id: "cartpole-length", n: 10, options: {} },
  algorithm: { id: "ppo", ppo: quickPpo },
  aggregator: { id: "off", options: {} },
  network: { layers: 3, width: 64, activation: "tanh", taskOneHot: false },
  normalise: { observation: false, reward: false },
  meta: { iterations: 6, target: "off", stepsPerTask: 2048, vector: 8 },
  surrogate: {
    estimator: "expected-gain",
    transitionsPerTask: 2560,
    projection: "sparse",
    dimension: 400,
    damping: 10,
    trustRadius: "off",
    subsets: "all",
    subsetSize: 2,
    affinity: "centred",
    normaliseAdvantages: true,
    baseline: "task"
  },
  firstOrder: { distances: [0.001, 0.005, 0.01, 0.05], directions: 10, maximum: 0.02, beyond: "warn" },
  grouping: { method: "worth", k: "auto", price: "off", lambda: "off" },
  truth: {
    mode: "sample",
    trainings: 60,
    level: 0.95,
    margin: 0.05,
    batch: 4,
    subsets: 45,
    iterations: 5,
    budget: "updates",
    stepsPerTask: 2048,
    repeats: 2,
    episodes: 16,
    measure: "curve"
  },
  groupTraining: { iterations: 5, budget: "updates", seeds: 3, randomDraws: 5, exhaustiveUpTo: 6 },
  selection: {
    learner: "maml",
    pick: "draw",
    iterations: 20,
    stepsPerTask: 800,
    vector: 4,
    seeds: 3,
    randomDraws: 5,
    adaptationSteps: 20,
    adaptationStepsPerTask: 400,
    unseen: 20
  },
  evaluation: { episodes: 20, actions: "sample" },
  curvature: { checkpoints: "off", probes: 50, spectrum: false }
}

/**
 * Ten cart-poles, every other one with left and right swapped, all a little different, and few steps to learn from: one policy
 * for all cannot do both, each alone has too little. Two policies are the answer. Within a minute on two cores.
 */
export const quick: RunConfig = {
  ...cartpoleLength,
  preset: "quick",
  family: { id: "cartpole-mirrored", n: 10, options: { jitter: 0.2 } },
  meta: { iterations: 12, target: "off", stepsPerTask: 128, vector: 8 },
  surrogate: { ...cartpoleLength.surrogate, transitionsPerTask: 2048 },
  truth: { ...cartpoleLength.truth, iterations: 20, stepsPerTask: 128, episodes: 0, measure: "final" },
  groupTraining: { ...cartpoleLength.groupTraining, iterations: 20, seeds: 5 }
}

/**
 * The paper's sizes: 100 iterations of 2048 steps a task, four layers of weights, d = 400 with a Gaussian projection,
 * all subsets of five. The truth, which the paper had for every subset, is a sample here.
 * Source: Zhang et al., sections 3.2 and 4.1.
 */
export const paper: RunConfig = {
  ...cartpoleLength,
  preset: "paper",
  algorithm: {
    id: "ppo",
    ppo: { ...quickPpo, learningRate: 3e-4, epochs: 10, batch: 64 }
  },
  network: { ...cartpoleLength.network, layers: 3 },
  meta: { iterations: 100, target: "off", stepsPerTask: 2048, vector: 8 },
  surrogate: {
    ...cartpoleLength.surrogate,
    estimator: "logistic",
    transitionsPerTask: 2048,
    projection: "gaussian",
    subsets: "all",
    subsetSize: 5
  },
  grouping: { ...cartpoleLength.grouping, method: "sdp", k: 2 },
  truth: {
    ...cartpoleLength.truth,
    subsets: 30,
    iterations: 5,
    budget: "steps",
    stepsPerTask: 2048,
    repeats: 2,
    episodes: 16,
    measure: "curve"
  },
  groupTraining: { iterations: 10, budget: "steps", seeds: 5, randomDraws: 5, exhaustiveUpTo: 6 },
  evaluation: { ...cartpoleLength.evaluation, episodes: 100 }
}

/**
 * Eight goals around the circle, four groups: what helps one goal leads away from the opposite one. About a minute.
 * Source: Zhang et al., "additional experiments"; sizes are ours.
 */
export const navigation: RunConfig = {
  ...cartpoleLength,
  preset: "navigation",
  family: { id: "navigation-uniform", n: 8, options: {} },
  surrogate: { ...cartpoleLength.surrogate, transitionsPerTask: 8192 },
  algorithm: { id: "ppo", ppo: { ...quickPpo, learningRate: 3e-3, gamma: 0.95 } },
  truth: { ...cartpoleLength.truth, subsets: 28 },
  groupTraining: { ...cartpoleLength.groupTraining, iterations: 8, seeds: 3 }
}

/**
 * Ten lakes with holes in random places, on slippery ice. Within two minutes.
 * Source: "Meta-reinforcement learning with universal policy adaptation", appendix A: holes with probability 0.3, discount
 * 0.8; it has 20 lakes.
 */
export const frozenlake: RunConfig = {
  ...cartpoleLength,
  preset: "frozenlake",
  family: { id: "frozenlake-maps", n: 10, options: { p: 0.7 } },
  surrogate: { ...cartpoleLength.surrogate, transitionsPerTask: 8192 },
  algorithm: { id: "ppo", ppo: { ...quickPpo, learningRate: 3e-3, gamma: 0.8 } },
  meta: { ...cartpoleLength.meta, iterations: 10 },
  groupTraining: { ...cartpoleLength.groupTraining, iterations: 8, seeds: 5 },
  evaluation: { ...cartpoleLength.evaluation, episodes: 200 }
}

/**
 * Ten highways with sparse to dense traffic. Within two minutes.
 * Source: Zhang et al., section 4.1; range and sizes are ours.
 */
export const highwayDensity: RunConfig = {
  ...cartpoleLength,
  preset: "highway-density",
  family: { id: "highway-density", n: 10, options: {} },
  algorithm: { id: "ppo", ppo: { ...quickPpo, learningRate: 3e-3, gamma: 0.9 } },
  meta: { ...cartpoleLength.meta, iterations: 8 },
  truth: { ...cartpoleLength.truth, subsets: 15 },
  evaluation: { ...cartpoleLength.evaluation, episodes: 50 }
}

/**
 * Ten landers under weak to strong gravity; θ★ lands before groups are made of its tasks. About two minutes.
 * Source: Zhang et al., section 4.1; range and sizes are ours.
 */
export const lunarlanderGravity: RunConfig = {
  ...cartpoleLength,
  preset: "lunarlander-gravity",
  family: { id: "lunarlander-gravity", n: 10, options: {} },
  algorithm: { id: "ppo", ppo: { ...quickPpo, batch: 1024, gamma: 0.995, lambda: 0.97 } },
  // A landing is worth hundreds: without their deviation as the unit, the critic takes all of the gradient.
  normalise: { observation: false, reward: true },
  meta: { ...cartpoleLength.meta, iterations: 25 },
  // Landers that have learnt to hover fly for the whole 1000 steps of an episode.
  truth: { ...cartpoleLength.truth, subsets: 12, iterations: 3, episodes: 4 },
  groupTraining: { ...cartpoleLength.groupTraining, iterations: 4, seeds: 3 },
  evaluation: { ...cartpoleLength.evaluation, episodes: 10 }
}

/**
 * Six pendulums of different length, soft actor-critic. Within two minutes. An update a step of all environments, so that
 * a task costs no more where more of them are trained together.
 */
export const pendulum: RunConfig = {
  ...cartpoleLength,
  preset: "pendulum",
  family: { id: "pendulum-length", n: 6, options: {} },
  algorithm: { id: "sac", sac: { learningRate: 1e-3, gamma: 0.95, learningStarts: 200, updates: 1 } },
  network: { layers: 2, width: 64, activation: "relu", taskOneHot: false },
  meta: { ...cartpoleLength.meta, iterations: 8, stepsPerTask: 400, vector: 1 },
  surrogate: { ...cartpoleLength.surrogate, transitionsPerTask: 8192 },
  truth: { ...cartpoleLength.truth, subsets: 15, stepsPerTask: 400 },
  // All 63 subsets from three seeds would take as many minutes as all the rest takes seconds.
  groupTraining: { ...cartpoleLength.groupTraining, exhaustiveUpTo: 0 }
}
