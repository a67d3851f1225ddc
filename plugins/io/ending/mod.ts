/** How a command ends: by its result, a signal, or what nobody caught; and what it prints until then. */
export { signalCame } from "./guard.ts"
export { atSignal, runToExit, type Waiting, waitingFor } from "./main.ts"
export { stray } from "./stray.ts"
export { hasPrinted, isOutputError, throughDisplay, writeAside, writeOutput, writeRemark } from "./streams.ts"
