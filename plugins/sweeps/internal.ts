/** What the command does experiments with. */
export { readExperiment, readEnds } from "./folder.ts"
export { readSweep } from "./read.ts"
export { readyOf } from "./ready.ts"
export { doSweep } from "./run_sweep.ts"
