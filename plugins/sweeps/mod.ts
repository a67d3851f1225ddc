/** Experiments of many runs. */
export type { RunEnd } from "./folder.ts"
export type { SweepOptions, SweepResult } from "./run_sweep.ts"
export { type SweepPlace, sweep } from "./script.ts"
export type { SettingPath, SettingsByPath, Sweep } from "./sweep.ts"
