/** For rooms that share threads, or are told of jobs by their names. */
export { checked, findJob } from "./jobs.ts"
export { threadPool } from "./layer.ts"
export { Failed } from "./messages.ts"
export type { Pool } from "./pool.ts"
