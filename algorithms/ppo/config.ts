/** What a person sets for PPO, and where the defaults come from. */
import { PpoConfig } from "../../core/pipeline/config.ts"

export { PpoConfig }

/** The settings of one PPO training. */
export type Ppo = typeof PpoConfig.Type

/**
 * Defaults: those of Schulman et al. (arXiv:1707.06347, table 3, MuJoCo) as Stable-Baselines3 ships them.
 */
export const defaults: Ppo = {
  learningRate: 3e-4,
  anneal: false,
  epochs: 10,
  batch: 64,
  gamma: 0.99,
  lambda: 0.95,
  clip: 0.2,
  valueClip: "off",
  entropy: 0,
  value: 0.5,
  maxGradientNorm: 0.5,
  normaliseAdvantages: true,
  klStop: "off"
}
