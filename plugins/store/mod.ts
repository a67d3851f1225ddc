export { stableJson } from "./content.ts"
export {
  directoryStore,
  freeName,
  type Mode,
  memoryStore,
  type RunFile,
  type RunInfo,
  readRun
} from "./run_directory.ts"
export { readSafetensors, writeSafetensors } from "./safetensors.ts"
export { digest, formatVersion } from "./store.ts"
