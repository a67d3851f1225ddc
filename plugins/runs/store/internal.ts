/** What experiments of many runs keep their own things with. */
export { diskFiles, type Files } from "./files.ts"
export { type KeptFiles, keptFolder, keptIn } from "./kept.ts"
export { lockDirectory } from "./lock.ts"
export { settingDifferences } from "./resumable.ts"
export { LARGEST_JSON } from "./sized_read.ts"
