export { decodeConfig, merge, setValue } from "./decode.ts"
export { type Choice, loadConfig, resolve, SESSION_VARIABLE } from "./load.ts"
export { presets } from "./presets.ts"
export { meaning, paths } from "./tree.ts"
