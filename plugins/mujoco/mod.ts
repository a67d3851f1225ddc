/** Environments in MuJoCo's physics, without Python. */

export * from "./assets/mod.ts"
export * from "./engine/mod.ts"
