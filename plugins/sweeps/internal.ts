/** What the command does experiments with. */
export { readEnds, readExperiment } from "./folder.ts"
export { readSweep } from "./read.ts"
export { readyOf } from "./ready.ts"
export { doSweep } from "./run_sweep.ts"
