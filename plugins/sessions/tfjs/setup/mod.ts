export { SetupError } from "./failure.ts"
export { type SetupOptions, type SetupOutcome, setupTensorflow } from "./setup.ts"
