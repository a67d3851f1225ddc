/** A collector that is told when there is something to collect. */
import { Effect, Predicate, Schedule, type Scope } from "effect"

/**
 * Frees garbage once a second until the scope closes. A thread's collector goes by the size of its objects, not of the
 * typed arrays that they hold: without a word it lets some 2 MB of them pile up with each training. Takes 20 ms a time
 * under Bun; does nothing where the runtime has no such function.
 */
export const collectGarbage: Effect.Effect<void, never, Scope.Scope> = Effect.sync(() => {
  const bun: unknown = Reflect.get(globalThis, "Bun")
  if (Predicate.isObject(bun) && "gc" in bun && typeof bun.gc === "function") bun.gc(true)
}).pipe(Effect.delay("1 second"), Effect.repeat(Schedule.forever), Effect.forkScoped, Effect.asVoid)
