/** What differs between discrete actions and vectors: critics, the expectation over π, and uniform actions. */
import { type Correction, probabilities, squashedGaussian } from "../../core/dist/mod.ts"
import { log, tanh } from "../../core/math/mod.ts"
import type { Network } from "../../core/network/mod.ts"
import { concat, logSoftmax, min, mul, pick, reshape, type Shape, sum, type Tensor } from "../../core/program/mod.ts"
import { type Floats, integers, type Stream, uniform } from "../../core/random/mod.ts"
import type { Policy } from "../policy.ts"

/** A value's two parts: V(s) = q − α·logProb. */
export interface Soft {
  /** E_π min_i Q_i(s, a): `[rows]`. */
  readonly q: Tensor
  /** E_π log π(a | s): `[rows]`. */
  readonly logProb: Tensor
}

/** Both critics' parameters. */
export type Twins = readonly [Tensor, Tensor]

export interface ActionKind {
  /** Either critic. */
  readonly critic: Network
  /** −n for vectors of n, half of the most there can be, ½·log n, for n discrete actions. */
  readonly targetEntropy: number
  readonly actionShape: (rows: number) => Shape
  /** Standard normal numbers a row. */
  readonly noise: number
  /** Q(s, a): `[rows]`. */
  readonly q: (phi: Tensor, observation: Tensor, action: Tensor) => Tensor
  /** One draw's estimate for vectors, by the noise; exact for discrete actions. */
  readonly soft: (head: Readonly<Record<string, Tensor>>, critics: Twins, observation: Tensor, noise: Tensor) => Soft
  /** What the critics see of an action as drawn. */
  readonly seen: (drawn: number) => number
  /** Fills actions as drawn with uniform ones. */
  readonly explore: (s: Stream, drawn: Floats) => void
}

/** The kind for a policy made by SAC. */
export const actionKindOf = (policy: Policy, correction: Correction): ActionKind =>
  policy.distribution === "categorical" ? discrete(policy) : continuous(policy, correction)

/**
 * Reparameterised draws.
 *
 * - Source: Haarnoja et al., arXiv:1812.05905, eq. 5 and 9, with the smaller of two critics.
 */
const continuous = (policy: Policy, correction: Correction): ActionKind => {
  const n = policy.actionSize
  const critic = policy.network.sized(policy.inputs + n, 1)
  const q: ActionKind["q"] = (phi, observation, action) =>
    reshape(critic.forward(phi, concat([observation, action], 1)).output, [observation.shape[0] ?? 0])
  return {
    critic,
    targetEntropy: -n,
    actionShape: (rows) => [rows, n],
    noise: n,
    q,
    soft: (head, [one, two], observation, noise) => {
      const { mean, logStd } = head
      const { action, logProb } = squashedGaussian.draw({ mean: mean!, logStd: logStd! }, noise, correction)
      return { q: min(q(one, observation, action), q(two, observation, action)), logProb }
    },
    seen: tanh,
    explore: (s, drawn) => {
      for (let i = 0; i < drawn.length; i++) {
        const a = uniform(s, -1, 1)
        // atanh; −1 itself, which a draw may give, would be infinite.
        drawn[i] = Math.max(-18, (log(1 + a) - log(1 - a)) / 2)
      }
    }
  }
}

/**
 * Expectations over all actions, without draws.
 *
 * - Source: Christodoulou, arXiv:1910.07207, eq. 10 to 12. Differs: its 0.98·log n asks for nearly uniform actions; α
 *   then grows without end (to 1.5e5 on CartPole), as errors of the critics grow with it.
 */
const discrete = (policy: Policy): ActionKind => {
  const n = policy.network.outputs
  const critic = policy.network.sized(policy.inputs, n)
  return {
    critic,
    targetEntropy: 0.5 * log(n),
    actionShape: (rows) => [rows],
    noise: 1,
    q: (phi, observation, action) => pick(critic.forward(phi, observation).output, action),
    soft: ({ logits }, [one, two], observation) => {
      const p = probabilities(logits!)
      const best = min(critic.forward(one, observation).output, critic.forward(two, observation).output)
      return { q: sum(mul(p, best), { axes: [-1] }), logProb: sum(mul(p, logSoftmax(logits!)), { axes: [-1] }) }
    },
    seen: (drawn) => drawn,
    explore: (s, drawn) => {
      for (let i = 0; i < drawn.length; i++) drawn[i] = integers(s, 0, n)
    }
  }
}
