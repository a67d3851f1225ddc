/** Loggers that come with the package. */
export { type Logs, loggerNamed, type OwnLogger, ownLoggers } from "./choose.ts"
