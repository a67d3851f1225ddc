/** For the other rooms: what a run's directory may hold of loggers. */
export { isOwnLog, LOGS, TENSORBOARD } from "./places.ts"
