export { type ArgumentError, argumentError, cannot, type Failure, failureOf, isFailure, type Said } from "./failure.ts"
