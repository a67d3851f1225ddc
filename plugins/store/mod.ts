export { stableJson } from "./content.ts"
export { digest, digestOf } from "./digest.ts"
export { RecordedPlugin, recordsOf } from "./recorded_plugin.ts"
export {
  directoryStore,
  freeName,
  type Mode,
  memoryStore,
  type RunFile,
  type RunInfo,
  readFinished,
  readRun
} from "./run_directory.ts"
export { readSafetensors, writeSafetensors } from "./safetensors.ts"
export { formatVersion } from "./store.ts"
