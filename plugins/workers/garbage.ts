/** A collector that is told when there is something to collect. */
import { Effect, Predicate, Schedule, type Scope } from "effect"

/** Frees garbage now; does nothing where the runtime has no such function. Takes 20 ms under Bun. */
export const freeGarbage = (): void => {
  const bun: unknown = Reflect.get(globalThis, "Bun")
  if (Predicate.isObject(bun) && "gc" in bun && typeof bun.gc === "function") bun.gc(true)
}

/**
 * Frees garbage once a second until the scope closes. A thread's collector goes by the size of its objects, not of the
 * typed arrays that they hold: without a word it lets some 2 MB of them pile up with each training.
 */
export const collectGarbage: Effect.Effect<void, never, Scope.Scope> = Effect.sync(freeGarbage).pipe(
  Effect.delay("1 second"),
  Effect.repeat(Schedule.forever),
  Effect.forkScoped,
  Effect.asVoid
)
