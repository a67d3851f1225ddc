/** Experiments on many machines, which meet in a Postgres database. */
export { DATABASE_VARIABLE, databaseAddress } from "./database.ts"
export { clusterWork, type Meeting } from "./sweeping.ts"
export { work } from "./worker.ts"
