import type { OnPolicy } from "../on_policy/objective.ts"
import { onPolicy } from "../on_policy/on_policy.ts"
import { defaults, type Ppo, PpoConfig } from "./config.ts"
import { metrics, objective } from "./objective.ts"

/** What makes PPO of an on-policy learner. */
export const kind: OnPolicy<Ppo, (typeof metrics)[number]> = {
  id: "ppo",
  version: "1",
  summary: "Proximal policy optimisation: on-policy, clipped probability ratio, separate value network",
  config: PpoConfig,
  defaults,
  metrics,
  positive: "valueLoss",
  loop: (c) => c,
  objective
}

/**
 * Proximal policy optimisation with a clipped ratio, on one task or on many together.
 *
 * Source: Schulman et al., arXiv:1707.06347; details.md lists the published implementation details, each present or
 * left out with its reason.
 */
export const ppo = onPolicy(kind)
