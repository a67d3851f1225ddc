import type { Algorithm } from "../algorithm.ts"
import { makePolicy } from "../policy.ts"
import { collector } from "./collector.ts"
import { defaults, type Ppo, PpoConfig } from "./config.ts"
import { learner, PPO_ID, PPO_VERSION } from "./learner.ts"

/**
 * Proximal policy optimisation with a clipped ratio, on one task or on many together.
 *
 * Source: Schulman et al., arXiv:1707.06347; details.md lists the published implementation details, each present or
 * left out with its reason.
 */
export const ppo: Algorithm<Ppo> = {
  id: PPO_ID,
  version: PPO_VERSION,
  summary: "Proximal policy optimisation: on-policy, clipped probability ratio, separate value network",
  config: PpoConfig,
  defaults,
  supports: () => true,
  makePolicy,
  learner,
  collector
}
