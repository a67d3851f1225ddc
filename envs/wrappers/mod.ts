/** Environments made of others, and what they are made from. */
export { clipAction, rescaleAction } from "./action.ts"
export { observationMoments, returnMoments } from "./gather.ts"
export { addRow, deviations, type Moments, mergeMoments, noMoments, rowMoments } from "./moments.ts"
export { normaliseObservation, normaliseReward } from "./normalise.ts"
export { type Recording, recordEpisode } from "./record.ts"
export { frameSkip, timeLimit } from "./steps.ts"
export type { Wrapper } from "./wrap.ts"
