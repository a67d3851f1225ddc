/** Environments in MuJoCo's physics, without Python. */
export * from "./engine/mod.ts"
