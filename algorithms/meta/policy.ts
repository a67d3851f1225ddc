/** The meta-learners' policy: the common one, its actions measured in what the environment can do. */
import * as E from "fp-ts/lib/Either.js"
import { isBounded } from "../../envs/mod.ts"
import { makePolicy as basicPolicy, type MakePolicy, type Policy, scaledTo } from "../policy.ts"

/**
 * The policy for these spaces: categorical for discrete actions; for vectors a Gaussian over the action's range.
 *
 *     u ~ N(μ(s), σ²),   played: low + (high − low)·(clip(u, −1, 1) + 1)/2;   u itself where there are not all bounds
 *
 * One step size α must serve every environment, and first steps must be neither lost in the bounds nor short of them: with
 * u a deviation of 1 is half of the range, whatever the range's unit.
 *
 * - Errors: `ArgumentError` for task one-hot with no or repeated ids.
 * - Source: Duan et al., arXiv:1604.06778, whose environments Finn et al. use, normalised like this.
 */
export const makePolicy: MakePolicy = (spaces, config, taskIds = [], known) => {
  const { action } = spaces
  const basic = basicPolicy(spaces, config, taskIds, known)
  if (action._tag === "Discrete" || !isBounded(action)) return basic
  const play = scaledTo(action, (u) => Math.max(-1, Math.min(1, u)))
  return E.map((policy: Policy): Policy => ({ ...policy, play }))(basic)
}
