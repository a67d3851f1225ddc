/** How a physics engine fails, in the one shape. */
import { type Failure, failureOf } from "../../../core/failure/mod.ts"

/** Why an engine gives nothing. */
export type EngineReason =
  /** Its package is not installed. */
  | "no-package"
  /** Its package is another version, or holds something else than this one did. */
  | "other-package"
  /** MuJoCo refuses the XML, or a file that it names. */
  | "model"
  /** No array or object of this name, or one that the binding cannot give. */
  | "name"
  /** The simulation left the numbers: MuJoCo's own warning. */
  | "unstable"

/** A physics engine that cannot be had, or a model that it refuses. */
export type EngineError = Failure<"EngineError"> & { readonly reason: EngineReason }

/** Makes an {@link EngineError}. */
export const engineError = failureOf<"EngineError", { readonly reason: EngineReason }>("EngineError")
