/** Which session a run computes on, and why. */
import type { Layer } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { RunConfig } from "../core/pipeline/config.ts"
import type { Session, SessionError } from "../core/pipeline/session.ts"
import { ConfigError } from "./failure.ts"
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
 * - Errors: `ConfigError` for a session that is not there; the layer itself fails where the runtime lacks what it needs.
 */
export const chooseSession = (kind: RunConfig["session"]): E.Either<ConfigError, Chosen> => {
  switch (kind) {
    case "auto":
      return E.right({ kind: "wasm", reason: "chosen by auto: fast, and bit-equal everywhere", layer: wasm.layer() })
    case "wasm":
      return E.right({ kind, reason: "as asked", layer: wasm.layer() })
    case "wasm:relaxed":
      return E.right({ kind, reason: "as asked", layer: wasm.layer({ relaxed: true }) })
    case "reference": {
      const doing = "compute on session reference"
      const got = "one that is not there yet"
      return E.left(new ConfigError({ doing, key: "session", want: "a session that is there", got, fix: "use wasm" }))
    }
  }
}
