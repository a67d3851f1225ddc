/** What runs of one experiment keep of their stages: in one place, by content, so that none does what another has done. */
import { Effect, Semaphore } from "effect"
import type { Kept } from "../../core/service/run_store.ts"
import { digest } from "../io/digest.ts"
import { pack } from "../io/packed.ts"

/**
 * Kept values by name and inputs together: runs do not take each other's places, and find what any of them has kept for
 * the same inputs. Who asks for what another run is at work on waits for it. Nothing is dropped: that is the experiment's.
 */
export const keptByContent = (kept: Kept): Kept => {
  const turns = new Map<string, Semaphore.Semaphore>()
  const turnOf = (place: string): Semaphore.Semaphore => {
    const turn = turns.get(place) ?? Semaphore.makeUnsafe(1)
    turns.set(place, turn)
    return turn
  }
  const placeOf = (name: string, inputs: unknown): string => {
    const [stage = name] = name.split("/")
    return `stages/${stage}/${digest(pack({ name, inputs }))}`
  }
  return {
    machine: kept.machine,
    find: (name, inputs) => kept.find(placeOf(name, inputs), inputs),
    put: (name, inputs, value) => kept.put(placeOf(name, inputs), inputs, value),
    drop: () => Effect.void,
    alone: (name, inputs) => (work) => turnOf(placeOf(name, inputs)).withPermit(work)
  }
}
