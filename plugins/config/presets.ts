/** The shipped configurations, as data. */
import type { RunConfig } from "../../core/pipeline/config.ts"

/** Finishes within a minute on two cores. */
const quick: RunConfig = {
  preset: "quick",
  seed: 0,
  session: "auto",
  workers: "auto",
  family: { id: "cartpole-length", n: 10, options: {} },
  algorithm: {
    id: "ppo",
    ppo: {
      learningRate: 1e-3,
      anneal: false,
      epochs: 5,
      batch: 1024,
      gamma: 0.99,
      lambda: 0.95,
      clip: 0.2,
      valueClip: "off",
      entropy: 0.0,
      value: 0.5,
      maxGradientNorm: 0.5,
      normaliseAdvantages: true,
      klStop: "off"
    }
  },
  network: { layers: 2, width: 64, activation: "tanh", taskOneHot: false },
  meta: { iterations: 7, stepsPerTask: 512, vector: 8 },
  surrogate: {
    transitionsPerTask: 8192,
    projection: "sparse",
    dimension: 400,
    mu: 1,
    trustRadius: "off",
    subsets: "all",
    subsetSize: 2,
    affinity: "centred",
    normaliseAdvantages: true,
    baseline: "task"
  },
  firstOrder: { distances: [0.001, 0.005, 0.01, 0.05], directions: 10, maximum: 0.02, beyond: "warn" },
  grouping: { method: "sdp", k: 2, lambda: "off" },
  truth: { subsets: 45, iterations: 5, stepsPerTask: 2048, repeats: 2, measure: "curve" },
  groupTraining: { iterations: 12, seeds: 3 },
  evaluation: { episodes: 20 }
}

/** The paper's sizes: Section 5 and Appendix D of PolicyGradEx. */
const paper: RunConfig = {
  ...quick,
  preset: "paper",
  algorithm: { id: "ppo", ppo: { ...quick.algorithm.ppo, learningRate: 3e-4 } },
  network: { ...quick.network, layers: 4 },
  meta: { iterations: 100, stepsPerTask: 2048, vector: 8 },
  surrogate: { ...quick.surrogate, projection: "gaussian", subsets: "all", subsetSize: 5 },
  truth: { subsets: 45, iterations: 10, stepsPerTask: 2048, repeats: 4, measure: "curve" },
  groupTraining: { iterations: 50, seeds: 5 },
  evaluation: { episodes: 100 }
}

/** By name; `pgex run NAME`. */
export const presets: Readonly<Record<string, RunConfig>> = { quick, paper }
