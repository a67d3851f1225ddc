/** Of the environments, what the floors above use and no user of the package needs: memory, checks, exact text. */

export type { Opening } from "./batch.ts"
export { checkedDynamics, checkedFailure } from "./dynamics.ts"
export { isEndless, MOST_STEPS, NO_LIMIT } from "./env.ts"
export { environmentError, parameterError } from "./error.ts"
export { floatsFromText, floatsToText } from "./exact_text.ts"
export { distinctDraws } from "./family.ts"
export { checkedBatch, describeOdd, oddComponent, placeOf, taskOf } from "./given.ts"
export type { Before } from "./laws/conformance.ts"
export type { NumberParameter } from "./parameter.ts"
export { floatsIn, type Memory, ownMemory, stepFault } from "./vector.ts"
