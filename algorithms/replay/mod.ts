/** Replay memory for off-policy learners. */
export {
  contents,
  filled,
  makeReplay,
  nextSlot,
  overwrites,
  type Replay,
  type ReplayError,
  sampleRows,
  slotsFor,
  withContents
} from "./replay.ts"
