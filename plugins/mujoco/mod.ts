/** Environments in MuJoCo's physics, without Python. */

export * from "./assets/mod.ts"
export * from "./engine/mod.ts"
export * from "./locomotion/mod.ts"
export { engineOf, engineParameter, type PhysicalSpec, physical } from "./physical.ts"
export * from "./picture/mod.ts"
export { physics } from "./registry.ts"
