export { type ArgumentError, argumentError, cannot, type Failure, failureOf, type Said } from "./failure.ts"
