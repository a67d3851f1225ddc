/** Of the sessions, what the wings above use and no user of the package needs. */
export { noWork, sumOfWork } from "./metrics.ts"
export { rated, sessionPeak } from "./peak.ts"
export { relaxedAvailable } from "./wasm/module.ts"
