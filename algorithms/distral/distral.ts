import type { Algorithm } from "../algorithm.ts"
import type { OnPolicy } from "../on_policy/objective.ts"
import { onPolicy } from "../on_policy/on_policy.ts"
import { type Distral, DistralConfig, defaults } from "./config.ts"
import { metrics, objective, prior } from "./objective.ts"

/** What makes Distral of an on-policy learner. */
export const kind: OnPolicy<Distral, (typeof metrics)[number]> = {
  id: "distral",
  version: "1",
  summary:
    "Distral: each task's policy is drawn to one that is distilled from all of them; the policy must be told its task",
  config: DistralConfig,
  defaults,
  metrics,
  positive: "valueLoss",
  loop: (c) => c,
  objective,
  prior
}

const { widen: _noPolicyIsUntold, ...learner } = onPolicy(kind)

/**
 * Distral: robust multitask learning by a distilled policy.
 *
 * The distilled policy is the trained one where it is told no task; with `network.id` `two-column` it is a network of its own, to
 * which each task adds another, as in the paper. Its metric `priorGap` is log π_i − log π_0 of what was played, whose mean is the
 * divergence.
 *
 * Source: Teh et al., arXiv:1707.04175.
 */
export const distral: Algorithm<Distral> = learner
