export {
  type ArgumentError,
  argumentError,
  cannot,
  type Failure,
  failureOf,
  isFailure,
  partsOf,
  type Said
} from "./failure.ts"
