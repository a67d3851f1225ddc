/**
 * The conformance suite of sessions: every primitive and every transform against float64, and the contract of memory.
 * A new session adds one file that calls this with its layer.
 */
import type { Layer } from "effect"
import type { Session, SessionError } from "../../core/service/session.ts"
import { bufferLaws } from "./session_buffers.ts"
import { contractionLaws } from "./session_contractions.ts"
import { costLaws } from "./session_costs.ts"
import { elementwiseLaws } from "./session_elementwise.ts"
import { movementLaws } from "./session_movement.ts"
import { networkSessionLaws } from "./session_networks.ts"
import { scopeLaws } from "./session_scope.ts"
import type { Tolerance } from "./session_support.ts"
import { transformLaws } from "./session_transforms.ts"

export { type Tolerance, tolerances } from "./session_support.ts"

/** Registers the tests. `tolerance` is one of `tolerances`, by the session's type. */
export const sessionLaws = (
  name: string,
  layer: Layer.Layer<Session, SessionError>,
  tolerance: Tolerance,
  { compilesSlowly = false, sampled = false } = {}
): void => {
  const subject = { name, layer, tolerance, compilesSlowly, sampled }
  elementwiseLaws(subject)
  contractionLaws(subject)
  movementLaws(subject)
  transformLaws(subject)
  networkSessionLaws(subject)
  bufferLaws(subject)
  scopeLaws(subject)
  costLaws(subject)
}
