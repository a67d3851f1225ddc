/** Gymnasium's environments, run in Python processes. */
export { PREFIX } from "./failure.ts"
export { findPython } from "./python.ts"
export { type Gymnasium, type GymnasiumOptions, gymnasium } from "./source.ts"
