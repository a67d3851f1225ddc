/** What a person sets for PPO, and where the defaults come from. */
import { Schema } from "effect"
import { choice, flag, number, numberOr } from "../../core/service/setting.ts"
import { loopFields, lossFields } from "../on_policy/settings.ts"

/** What a person sets for PPO; `ppoDefaults` has the values of the paper or of common practice. */
export const PpoConfig = Schema.Struct({
  ...loopFields,
  baseline: choice(
    ["network", "linear"],
    "what advantages are against: the value network, or a ridge regression on features of observation and time, of each task by itself " +
      "(multi-task PPO's); the value network is then not trained"
  ),
  popArt: numberOr(
    "off",
    1e-6,
    1,
    "β by which mean and deviation of what values are to reach follow each rollout, of every head by itself (PopArt): a head a task with " +
      "network.id multi-head or moore; off: none"
  ),
  clip: lossFields.clip,
  valueClip: numberOr("off", 0, 1e6, "clip range of the value update, reward units (of a head's scale with popArt)"),
  entropy: number(0, 10, "weight of the entropy bonus"),
  value: lossFields.value,
  maxGradientNorm: lossFields.maxGradientNorm,
  normaliseAdvantages: flag("advantages of a minibatch get mean 0, deviation 1"),
  klStop: lossFields.klStop
})

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
  baseline: "network",
  popArt: "off",
  clip: 0.2,
  valueClip: "off",
  entropy: 0,
  value: 0.5,
  maxGradientNorm: 0.5,
  normaliseAdvantages: true,
  klStop: "off"
}
