/** Gymnasium's robots in MuJoCo, and the papers' families of them. */
export { ant } from "./ant.ts"
export { antDirection, antVelocity, halfCheetahDirection, halfCheetahVelocity } from "./families.ts"
export { halfCheetah, hopper, walker2d } from "./planar.ts"
