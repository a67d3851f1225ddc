/** Implicit differentiation of an adapted policy's return: a gradient, a linear system, and a mixed derivative. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import {
  gradients,
  inStages,
  mean,
  neg,
  type Program,
  program,
  pushforward,
  type Shape,
  type Stages,
  type Tensor
} from "../../core/program/mod.ts"
import { divergence, partShapes, policyGradientLoss } from "../meta/sample.ts"
import { fisherProduct } from "../meta/trust_region.ts"
import { type InnerProblem, innerObjective, innerShapes, sampleOf } from "./inner_problem.ts"

/**
 * How the adapted policy's loss changes with θ′, from a rollout of its own.
 *
 *     ∇_θ′ L,   L(θ′) = −mean ρ·A,   ρ = π_θ′/π_old
 *
 * - Shapes: `slope` `[p]`; `loss` and `kl`, of the policy that drew the rollout from π_θ′, `[]`.
 * - Source: Xu and Zhu, NeurIPS 2024, eq. (8), what ∇_ϕθ′ is multiplied with.
 */
export const slopeProgram = ({ policy, n }: InnerProblem) =>
  program("bilevel.slope", { theta: [policy.size], ...partShapes(policy, n) }, (x) => {
    const loss = policyGradientLoss(policy, "ratio", sampleOf(x))(x.theta)
    const [slope] = gradients(loss, [x.theta])
    return { loss, kl: divergence(policy, sampleOf(x))(x.theta), slope: slope! }
  })

/**
 * The product of a direction with the inner problem's curvature at θ′: ∇²_θ g·v, g the inner objective.
 *
 * - Shapes: `direction` and `product` `[p]`.
 */
export const curvatureProgram = (problem: InnerProblem) => {
  const shapes: Record<string, Shape> = { ...innerShapes(problem), direction: [problem.policy.size] }
  return program("bilevel.curvature", shapes, (x) => curved(problem, x))
}

type Inputs = Readonly<Record<string, Tensor>>

const curved = (problem: InnerProblem, x: Inputs) => {
  const [g] = gradients(innerObjective(problem, sampleOf(x), x.theta!, x.phi!), [x.theta!])
  const [product] = pushforward([g!], [{ of: x.theta!, tangent: x.direction! }])
  return { product: product! }
}

/**
 * The hypergradient from the system's solution x = (∇²_θ g)⁻¹·∇_θ′L.
 *
 *     ∇_ϕ L(θ′(ϕ)) = −∇_ϕ (xᵀ∇_θ g)
 *
 * The rollout counts as given, so that Q's own derivative is left out, as the paper leaves it out here.
 *
 * - Shapes: `direction` (x) and `gradient` `[p]`.
 * - Source: Xu and Zhu, NeurIPS 2024, eq. (8).
 */
export const mixedProgram = (problem: InnerProblem) => {
  const shapes: Record<string, Shape> = { ...innerShapes(problem), direction: [problem.policy.size] }
  return program("bilevel.mixed", shapes, (x) => mixed(problem, x))
}

const mixed = (problem: InnerProblem, x: Inputs) => {
  const objective = innerObjective(problem, sampleOf(x), x.theta!, x.phi!)
  const [along] = pushforward([objective], [{ of: x.theta!, tangent: x.direction! }])
  const [gradient] = gradients(neg(along!), [x.phi!])
  return { gradient: gradient! }
}

/**
 * Both of the above in stages: `first` is what neither the curvature's products nor the mixed derivative take anew for a direction,
 * the passes through the network.
 *
 * - Errors: those of the programs.
 */
export const implicitPrograms = (problem: InnerProblem) => {
  const shapes: Record<string, Shape> = { ...innerShapes(problem), direction: [problem.policy.size] }
  return pipe(
    program("bilevel.implicit", shapes, (x) => ({ ...curved(problem, x), ...mixed(problem, x) })),
    E.chain((both: Program<string, string>) => inStages(["direction"])(both)),
    E.map(({ first, rest }: Stages) => {
      const only = (name: "product" | "gradient") => ({ ...rest, outputs: { [name]: rest.outputs[name]! } })
      return { first, curvature: only("product"), mixed: only("gradient") }
    })
  )
}

/** The product of a direction with the meta-policy's Fisher matrix on a rollout's states. Shapes: `[p]`. */
export const metaFisherProgram = ({ policy, n }: InnerProblem) =>
  program(
    "bilevel.fisher",
    { phi: [policy.size], observation: [n, policy.inputs], direction: [policy.size] },
    ({ phi, observation, direction }) => {
      const [product] = fisherProduct(policy, policy.head(phi, observation), [{ of: phi, tangent: direction }])
      return { product: product! }
    }
  )

/** KL(π_old ‖ π_ϕ) of the meta-policy, mean over a rollout's states. */
export const metaDivergenceProgram = ({ policy, n }: InnerProblem) =>
  program(
    "bilevel.divergence",
    { phi: [policy.size], old: [policy.size], observation: [n, policy.inputs] },
    ({ phi, old, observation }) => ({
      kl: mean(policy.kl(policy.head(old, observation), policy.head(phi, observation)))
    })
  )
