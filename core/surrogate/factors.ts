/** The gradient of log π as outer products, one block of θ each: what every projection starts from. */
import type { FactorBlock, Forward, Network } from "../network/mod.ts"
import * as T from "../program/mod.ts"

/** What the surrogate needs of a policy; `algorithms/policy.ts` makes such. */
export interface DifferentiablePolicy {
  /** p. θ begins with the network's parameters. */
  readonly size: number
  readonly inputs: number
  readonly actionSize: number
  readonly network: Network
  readonly actionShape: (rows: number) => T.Shape
  readonly logProb: (
    theta: T.Tensor,
    observation: T.Tensor,
    action: T.Tensor
  ) => { readonly logProb: T.Tensor; readonly pass: Forward }
}

/** One block with its factors as tensors: left `[rows, block.rows]`, right `[rows, block.columns]`, or none for 1. */
export interface FactorTensors {
  readonly block: FactorBlock
  readonly left: T.Tensor
  readonly right: T.Tensor | undefined
}

/**
 * ∇_θ log π(a_t|s_t) of every row t by the network's own factors; parameters beside the network (a Gaussian's
 * log-deviations) are one block with a factor each.
 *
 * The rows are independent, so one pullback of the sum gives the slopes of all of them.
 */
export const factors = (
  policy: DifferentiablePolicy,
  theta: T.Tensor,
  observation: T.Tensor,
  action: T.Tensor
): { readonly logProb: T.Tensor; readonly blocks: readonly FactorTensors[] } => {
  const { logProb, pass } = policy.logProb(theta, observation, action)
  const own = pass.factors(T.gradients(T.sum(logProb), pass.cuts))
  const { layout, factorBlocks: ownBlocks } = policy.network
  const blocks = own.map((f, q): FactorTensors => ({ block: ownBlocks[q]!, ...f }))
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
export const factorBlocks = ({ size, network }: DifferentiablePolicy): readonly FactorBlock[] => {
  const from = network.layout.size
  const others = size - from
  if (others === 0) return network.factorBlocks
  return [...network.factorBlocks, { offset: from, rows: others, columns: 1, outer: false }]
}
