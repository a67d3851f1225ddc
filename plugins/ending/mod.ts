/** How a command ends: by its result, a signal, or what nobody caught; and what it prints until then. */
export { signalCame } from "./guard.ts"
export { runToExit } from "./main.ts"
export { hasPrinted, OutputError, writeOutput, writeRemark } from "./streams.ts"
