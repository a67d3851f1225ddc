/** Loggers that come with the package. */
export { loggerNamed, type OwnLogger, ownLoggers } from "./choose.ts"
