/** Networks: the record that every architecture is, parameter layouts, multilayer perceptrons, orthogonal initialisation. */
export { type NetworkLaw, networkLaws } from "./law.ts"
export { type Block, type Field, type Layout, layout } from "./layout.ts"
export { type Activation, type MlpShape, mlp } from "./mlp.ts"
export type { FactorBlock, Factors, Forward, GraphNode, Network } from "./network.ts"
export { orthogonal } from "./orthogonal.ts"
