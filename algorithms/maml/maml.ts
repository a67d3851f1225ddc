/** Meta-learners: where to start from, so that a few gradient steps on a task's own rollouts suffice. */
import { adam } from "../../core/optim/mod.ts"
import type { Algorithm } from "../algorithm.ts"
import { collector } from "../meta/collector.ts"
import { makePolicy } from "../meta/policy.ts"
import { adapter } from "./adapter.ts"
import { checked } from "./check.ts"
import { defaults, type Maml, MamlConfig, type Order } from "./config.ts"
import { type Kind, learner } from "./learner.ts"

/** A meta-learner of one's own: how it sees the adaptation, its optimizer, its defaults. */
export interface MetaLearner extends Kind {
  readonly summary: string
  readonly defaults: Maml
}

/**
 * An algorithm from what distinguishes it; rollouts, adaptation, checkpoints and metrics by task are the same for all.
 *
 * @example MAML with momentum
 * ```ts
 * import { algorithms, optim } from "policygradex"
 *
 * const heavy = algorithms.metaLearner({
 *   id: "maml-momentum",
 *   version: "1",
 *   summary: "MAML by gradient descent with momentum",
 *   order: "second",
 *   optimizer: optim.sgd({ momentum: 0.9 }),
 *   defaults: algorithms.maml.defaults
 * })
 * heavy.id // => "maml-momentum"
 * ```
 */
export const metaLearner = ({ summary, defaults, ...kind }: MetaLearner): Algorithm<Maml> => ({
  id: kind.id,
  version: kind.version,
  summary,
  config: MamlConfig,
  defaults,
  supports: () => true,
  makePolicy,
  check: (c, problem) => checked(c, kind.order, problem),
  learner: learner(kind),
  collector,
  adapter: adapter(kind.id)
})

/** One of those that come with the package: their optimizer is Adam, their version rises whenever numbers change. */
const shipped = (id: string, order: Order, summary: string, own: Maml, version = "2"): Algorithm<Maml> =>
  metaLearner({ id, version, order, summary, defaults: own, optimizer: adam() })

/** Model-agnostic meta-learning, exact second order. Source: Finn et al., arXiv:1703.03400, algorithm 3. */
export const maml = shipped(
  "maml",
  "second",
  "Model-agnostic meta-learning: the gradient of the loss after adaptation, exact through all inner steps",
  defaults
)

/**
 * MAML-TRPO: the outer learner takes a natural-gradient step within a trust region. Source: Finn et al.,
 * arXiv:1703.03400, section 5.3.
 */
export const mamlTrpo = shipped(
  "maml-trpo",
  "second",
  "MAML with a trust region of the adapted policies: no learning rate to find",
  { ...defaults, outer: { ...defaults.outer, learner: "trpo" } }
)

/** Tr-MAML: tasks weigh the more the worse they do. Source: Collins et al., arXiv:2002.04766, algorithm 1. */
export const trMaml = shipped(
  "tr-maml",
  "second",
  "Task-robust MAML: the tasks that do worst after adaptation weigh most",
  { ...defaults, outer: { ...defaults.outer, robust: 0.1 } }
)

/** First-order MAML: the adaptation's own derivative is left out. Source: Finn et al., arXiv:1703.03400, section 5.2. */
export const fomaml = shipped(
  "fomaml",
  "first",
  "First-order MAML: the gradient after adaptation, taken as if adaptation were a shift",
  defaults
)

/** Reptile, its way through task space given to Adam. Source: Nichol et al., arXiv:1803.02999, algorithm 2. */
export const reptile = shipped(
  "reptile",
  "reptile",
  "Reptile: parameters move towards where adaptation to each task ends",
  defaults
)

/**
 * E-MAML: what was done before adaptation is credited with what came of it. Source: Stadie et al., arXiv:1803.01118,
 * eq. 4. Differs: a task's return is standardised over tasks, as its baseline and scale.
 *
 * The step is that of the rollout as it was drawn, so that its derivative is that of log π: what sampling does is the term's to say,
 * and a ratio's second derivative would say it again.
 */
export const emaml = shipped(
  "emaml",
  "second",
  "E-MAML: MAML that also learns to explore, by returns after adaptation",
  {
    ...defaults,
    inner: { ...defaults.inner, objective: "logProb" },
    outer: { ...defaults.outer, exploration: 1 }
  },
  "3"
)

/** ProMP: several clipped updates a rollout, held near the policy that drew it. Source: arXiv:1810.06784, algorithm 1. */
export const promp = shipped(
  "promp",
  "second",
  "ProMP: proximal meta-policy search, MAML with low-variance curvature and clipped updates",
  { ...defaults, outer: { ...defaults.outer, learner: "ppo", learningRate: 1e-3, epochs: 5, klPenalty: 5e-4 } }
)
