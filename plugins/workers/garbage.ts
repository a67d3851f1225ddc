/** A collector that is told when there is something to collect. */
import { Predicate } from "effect"

/** Milliseconds. */
const PAUSE = 1000

let last = 0

/**
 * Frees what a finished part has left. A thread's collector goes by the size of its objects, not of the typed arrays that
 * they hold: without a word it lets 2 MB of them pile up with each training. Costs some 20 ms under Bun, so that it is
 * done once a second at most; does nothing where the runtime has no such function.
 */
export const collectGarbage = (): void => {
  if (performance.now() - last < PAUSE) return
  const bun: unknown = Reflect.get(globalThis, "Bun")
  if (Predicate.isObject(bun) && "gc" in bun && typeof bun.gc === "function") bun.gc(true)
  last = performance.now()
}
