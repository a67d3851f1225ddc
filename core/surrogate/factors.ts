/** The gradient of log π as outer products, one block of θ each: what every projection starts from. */
import type { Mlp } from "../network/mod.ts"
import * as T from "../program/mod.ts"
import type { FactorBlock } from "./sketch.ts"

/** What the surrogate needs of a policy; `algorithms/policy.ts` makes such. */
export interface DifferentiablePolicy {
  /** p. θ begins with the network's parameters. */
  readonly size: number
  readonly inputs: number
  readonly actionSize: number
  readonly network: Mlp
  readonly actionShape: (rows: number) => T.Shape
  readonly logProb: (
    theta: T.Tensor,
    observation: T.Tensor,
    action: T.Tensor
  ) => { readonly logProb: T.Tensor; readonly layers: ReturnType<Mlp["forward"]>["layers"] }
}

/** One block with its factors as tensors: left `[rows, block.rows]`, right `[rows, block.columns]`, or none for 1. */
export interface FactorTensors {
  readonly block: FactorBlock
  readonly left: T.Tensor
  readonly right: T.Tensor | undefined
}

/**
 * ∇_θ log π(a_t|s_t) of every row t: for a layer z = h Wᵀ + b it is δ_t ⊗ h_t for W and δ_t for b, with
 * δ = ∂ log π/∂z; parameters beside the network (a Gaussian's log-deviations) are one block with a factor each.
 *
 * The rows are independent, so one pullback of the sum gives the δ of all of them.
 */
export const factors = (
  policy: DifferentiablePolicy,
  theta: T.Tensor,
  observation: T.Tensor,
  action: T.Tensor
): { readonly logProb: T.Tensor; readonly blocks: readonly FactorTensors[] } => {
  const { logProb, layers } = policy.logProb(theta, observation, action)
  const deltas = T.gradients(
    T.sum(logProb),
    layers.map((l) => l.preactivation)
  )
  const { layout } = policy.network
  const offset = (name: string): number => layout.blocks.find((b) => b.name === name)?.offset ?? 0
  const blocks = layers.flatMap((l, i): FactorTensors[] => [
    {
      block: { offset: offset(l.weight), rows: l.outputs, columns: l.inputs, outer: true },
      left: deltas[i]!,
      right: l.input
    },
    { block: { offset: offset(l.bias), rows: l.outputs, columns: 1, outer: false }, left: deltas[i]!, right: undefined }
  ])
  const others = policy.size - layout.size
  return { logProb, blocks: others === 0 ? blocks : [...blocks, beside(theta, logProb, layout.size, others)] }
}

/** Derivatives by the parameters after the network, one forward sweep each: there are as many as action components. */
const beside = (theta: T.Tensor, logProb: T.Tensor, from: number, count: number): FactorTensors => {
  const columns = Array.from({ length: count }, (_, k) => {
    const tangent = T.pad(T.fill(1, [1]), [from + k], [theta.shape[0]!])
    const [d] = T.pushforward([logProb], [{ of: theta, tangent }])
    return T.reshape(d!, [logProb.shape[0]!, 1])
  })
  return {
    block: { offset: from, rows: count, columns: 1, outer: false },
    left: T.concat(columns, 1),
    right: undefined
  }
}

/** The blocks of θ alone, without building a program for anyone. */
export const factorBlocks = (policy: DifferentiablePolicy): readonly FactorBlock[] => {
  const { layout, layers } = policy.network
  const offset = (name: string): number => layout.blocks.find((b) => b.name === name)?.offset ?? 0
  const network = layers.flatMap((l) => [
    { offset: offset(l.weight), rows: l.outputs, columns: l.inputs, outer: true },
    { offset: offset(l.bias), rows: l.outputs, columns: 1, outer: false }
  ])
  const others = policy.size - layout.size
  return others === 0 ? network : [...network, { offset: layout.size, rows: others, columns: 1, outer: false }]
}
