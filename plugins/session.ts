/** Which session a run computes on, and why. */
import type { Layer } from "effect"
import type { RunConfig } from "../core/pipeline/config.ts"
import type { Session, SessionError } from "../core/pipeline/session.ts"
import * as reference from "./session_reference.ts"
import * as wasm from "./session_wasm/mod.ts"

/** A session that was chosen. */
export interface Chosen {
  readonly kind: string
  readonly reason: string
  readonly layer: Layer.Layer<Session, SessionError>
}

/**
 * The session of a configuration's `session`.
 *
 * `auto` takes `wasm`: its results are the same bits on every machine and runtime; `wasm:relaxed` is for those who ask.
 * A layer fails by itself where the runtime lacks what its session needs.
 */
export const chooseSession = (kind: RunConfig["session"]): Chosen => {
  switch (kind) {
    case "auto":
      return { kind: "wasm", reason: "chosen by auto: fast, and bit-equal everywhere", layer: wasm.layer() }
    case "wasm":
      return { kind, reason: "as asked", layer: wasm.layer() }
    case "wasm:relaxed":
      return { kind, reason: "as asked", layer: wasm.layer({ relaxed: true }) }
    case "reference":
      return { kind, reason: "as asked", layer: reference.layer }
  }
}
