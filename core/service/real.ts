/** Host arrays in the precision of a session. */
import type { SessionService } from "./session.ts"

/** The kind of array a session's numbers come in. */
export type RealConstructor = Float32ArrayConstructor | Float64ArrayConstructor

/** What the numbers of this session fit into: nothing is lost on the way, and nothing wasted. */
export const realOf = (session: SessionService): RealConstructor =>
  session.capabilities.dtype === "f32" ? Float32Array : Float64Array
