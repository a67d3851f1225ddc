/** Optimisers as tensor functions: state in, state out. */
export { type AdagradConfig, adagrad } from "./adagrad.ts"
export { type AdamConfig, adam } from "./adam.ts"
export { type Clipped, clipNorm } from "./clip_norm.ts"
export type { Optimizer, Step } from "./optimizer.ts"
export { type RmspropConfig, rmsprop } from "./rmsprop.ts"
export { constantRate, linearRate, type Schedule } from "./schedule.ts"
export { type SgdConfig, sgd } from "./sgd.ts"
