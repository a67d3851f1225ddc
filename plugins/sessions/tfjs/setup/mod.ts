export type { SetupError } from "./failure.ts"
export { FOLDER_VARIABLE } from "./place.ts"
export { type SetupOptions, type SetupOutcome, setupTensorflow } from "./setup.ts"
