/** Networks: parameter layouts, multilayer perceptrons, orthogonal initialisation. */
export { type Block, type Field, type Layout, layout } from "./layout.ts"
export { type Activation, type Forward, type Layer, type LayerTrace, type Mlp, type MlpShape, mlp } from "./mlp.ts"
export { orthogonal } from "./orthogonal.ts"
