/** Replay memory for off-policy learners. */
export {
  contents,
  filled,
  makeReplay,
  nextSlot,
  overwrites,
  type Replay,
  sampleRows,
  slotsFor,
  withContents
} from "./replay.ts"
