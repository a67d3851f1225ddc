/** Jobs: work of many equal items, as whoever does the items needs it. */
export { adaptAll, adaptationJob } from "./adaptation_job.ts"
export { evaluateJob } from "./evaluate_job.ts"
export { type DoAll, type ItemError, ItemFailure, type Job, openHere, Workers, type WorkersService } from "./job.ts"
export { rolloutJob } from "./rollout_job.ts"
export { toldInTurn } from "./spec.ts"
export { meanOf } from "./training.ts"
export { trainAll, trainingJob } from "./training_job.ts"
