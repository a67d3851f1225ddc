/** Engines, models and simulations as effects; what is opened in a scope is freed with it. */
import { Effect, type Scope } from "effect"
import { fromEither } from "../../../core/service/from_either.ts"
import { type Engine, openEngine } from "./engine.ts"
import type { EngineError } from "./failure.ts"
import type { Data, Model } from "./model.ts"
import type { EngineId } from "./packages.ts"
import type { ModelSource } from "./source.ts"

/** As `openEngine`. */
export const engine = (id: EngineId): Effect.Effect<Engine, EngineError> =>
  Effect.suspend(() => fromEither(openEngine(id)))

/** A model that is closed with its scope. */
export const model = (of: Engine, source: ModelSource): Effect.Effect<Model, EngineError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.suspend(() => fromEither(of.model(source))),
    (m) => Effect.sync(m.close)
  )

/** A simulation that is closed with its scope. */
export const data = (of: Model): Effect.Effect<Data, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.sync(of.data), (d) => Effect.sync(d.close))
