/** The squashed Gaussian policy: what is drawn is u before the squashing, what is played is the bounded action. */
import * as E from "fp-ts/lib/Either.js"
import { type Distribution, gaussian, squashedGaussian } from "../../core/dist/mod.ts"
import { exp, log1p, tanh } from "../../core/math/mod.ts"
import { layout } from "../../core/network/mod.ts"
import { add, clip, slice, sub } from "../../core/program/mod.ts"
import { type Box, sizeOf } from "../../envs/mod.ts"
import { problemError } from "../error.ts"
import { makePolicy as basicPolicy, type MakePolicy, policyOf, scaledTo } from "../policy.ts"

/** Bounds of log σ; from the published code of Haarnoja et al. */
export const LOG_STD = [-20, 2] as const

/**
 * The policy for these spaces: categorical for discrete actions; for vectors a Gaussian with a deviation for each state,
 * squashed into the action's bounds.
 *
 *     u ~ N(μ(s), σ(s)²),   a = tanh u in (−1, 1),   played: low + (high − low)·(a + 1)/2
 *
 * Its actions are u, from which log π(a | s) follows without losing digits near the bounds.
 *
 * - Errors: `ArgumentError` for task one-hot with no or repeated ids, or for actions without finite bounds.
 */
export const makePolicy: MakePolicy = (spaces, config, taskIds = [], known) => {
  const { action } = spaces
  const basic = basicPolicy(spaces, config, taskIds, known)
  if (E.isLeft(basic) || action._tag === "Discrete") return basic
  const n = sizeOf(action)
  const odd = action.names.findIndex((_, i) => !(action.low[i]! < action.high[i]!) || !finite(action, i))
  if (odd >= 0) {
    const got = `${action.names[odd]} in [${action.low[odd]}, ${action.high[odd]}]`
    return E.left(problemError("action", "finite bounds, to squash into; PPO does without", got))
  }
  const ids = basic.right.taskIds
  const network = basic.right.network.sized(basic.right.inputs, 2 * n)
  const policy = policyOf(
    { spaces, config, taskIds: ids, network },
    layout([{ name: "network", shape: [network.layout.size] }]),
    unsquashed,
    n,
    {
      head: (_theta, out) => {
        const half = [out.shape[0] ?? 0, n]
        return { mean: slice(out, [0, 0], half), logStd: clip(slice(out, [0, n], half), ...LOG_STD) }
      },
      from: (x) => ({ mean: x.mean!, logStd: x.logStd! }),
      targets: (rows, Real) => ({ mean: new Real(rows * n), logStd: new Real(rows * n) }),
      group: ({ mean, logStd }, from, to) => ({
        mean: mean.subarray(from * n, to * n),
        logStd: logStd.subarray(from * n, to * n)
      }),
      actionShape: (rows) => [rows, n]
    }
  )
  return E.right({ ...policy, play: scaledTo(action, tanh) })
}

const finite = ({ low, high }: Box, i: number): boolean => Number.isFinite(low[i]!) && Number.isFinite(high[i]!)

/**
 * The squashed Gaussian with u for an action. Its entropy, which has no closed form, is that of the Gaussian and the
 * log-slope at the median: exact as σ goes to 0.
 */
const unsquashed: Distribution<"mean" | "logStd"> = {
  name: "squashedGaussian",
  logProb: (head, u) => squashedGaussian.logProb(head, u),
  entropy: (head) =>
    add(gaussian.entropy(head), sub(gaussian.logProb(head, head.mean), squashedGaussian.logProb(head, head.mean))),
  kl: squashedGaussian.kl,
  sample: (s, head, u, logProb) => {
    gaussian.sample(s, head, u, logProb)
    if (logProb === undefined) return
    const n = u.length / logProb.length
    for (let i = 0; i < u.length; i++) logProb[Math.floor(i / n)]! -= logSlope(u[i]!)
  },
  mode: gaussian.mode
}

/** log(1 − tanh² u) = 2(log 2 − |u| − log(1 + exp(−2|u|))). */
const logSlope = (u: number): number => 2 * (Math.LN2 - Math.abs(u) - log1p(exp(-2 * Math.abs(u))))
