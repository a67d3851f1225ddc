/** Presets that choose tasks to meta-learn from. */
import type { RunConfig } from "../config.ts"
import { cartpoleLength, highwayDensity, lunarlanderGravity, paper, quickPpo } from "./group.ts"

/**
 * Which three of ten cart-poles to learn from how to balance poles not seen.
 * Source: Zhang et al., section 4.1 and table 3; range and sizes are ours.
 */
export const selectCartpole: RunConfig = {
  ...cartpoleLength,
  preset: "select-cartpole",
  use: "select",
  algorithm: { id: "ppo", ppo: quickPpo, maml: { gamma: 0.99, lambda: 0.95 } },
  grouping: { ...cartpoleLength.grouping, method: "sdp", k: 3 },
  selection: {
    learner: "maml",
    pick: "draw",
    iterations: 20,
    stepsPerTask: 800,
    // Rollouts of 200 steps: shorter ones end before most poles fall.
    vector: 2,
    seeds: 3,
    randomDraws: 5,
    adaptationSteps: 20,
    adaptationStepsPerTask: 400,
    unseen: 20,
    architectures: ["soft-modules", "paco"]
  },
  evaluation: { ...cartpoleLength.evaluation, episodes: 8 }
}

/** The same of ten highways, for traffic not seen. */
export const selectHighway: RunConfig = {
  ...selectCartpole,
  preset: "select-highway",
  family: highwayDensity.family,
  algorithm: { ...highwayDensity.algorithm, maml: { gamma: 0.9, lambda: 0.95 } },
  meta: highwayDensity.meta
}

/** The same of ten landers, for gravity not seen. */
export const selectLunarlander: RunConfig = {
  ...selectCartpole,
  preset: "select-lunarlander",
  family: lunarlanderGravity.family,
  algorithm: { ...lunarlanderGravity.algorithm, maml: { gamma: 0.99, lambda: 0.97 } },
  normalise: lunarlanderGravity.normalise,
  meta: { ...lunarlanderGravity.meta, iterations: 15 }
}

/**
 * The paper's sizes: three of ten tasks, 100 iterations of MAML with 2048 steps a rollout, 200 steps of adaptation to 50 unseen
 * tasks, five seeds. What it does not give (step sizes, discounts, episodes) is ours.
 * Source: Zhang et al., section 4.1, table 3 and appendix C.
 */
const paperSelect = (preset: string, { family, normalise }: RunConfig, gamma: number): RunConfig => ({
  ...paper,
  preset,
  use: "select",
  family,
  normalise,
  algorithm: {
    id: "ppo",
    ppo: { ...quickPpo, learningRate: 3e-4, epochs: 10, batch: 64, gamma },
    maml: { gamma, lambda: 0.95 }
  },
  grouping: { ...cartpoleLength.grouping, method: "sdp", k: 3 },
  selection: {
    learner: "maml",
    pick: "draw",
    iterations: 100,
    stepsPerTask: 4096,
    vector: 8,
    seeds: 5,
    randomDraws: 5,
    adaptationSteps: 200,
    adaptationStepsPerTask: 2048,
    unseen: 50,
    architectures: ["soft-modules", "paco"]
  },
  evaluation: { ...cartpoleLength.evaluation, episodes: 20 }
})

export const paperSelectCartpole = paperSelect("paper-select-cartpole", cartpoleLength, 0.99)
export const paperSelectHighway = paperSelect("paper-select-highway", highwayDensity, 0.9)
export const paperSelectLunarlander = paperSelect("paper-select-lunarlander", lunarlanderGravity, 0.99)
