/** Tasks of a run's family that it was not trained on. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { argumentError } from "../../core/failure/mod.ts"
import { child, type Key } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { findFamily, type Task } from "../../envs/mod.ts"
import type { Catalog } from "../catalog.ts"
import type { RunConfig } from "../config.ts"

/** Draws from the family at most. */
const ROUNDS = 8

/** Tasks that are asked for. */
export interface UnseenRequest {
  readonly count: number
  /** Those that were trained on. */
  readonly seen: readonly Task[]
  readonly key: Key
  /** How to ask for fewer, where there are not so many. */
  readonly fix: string
}

/**
 * Draws until there are enough that were not trained on.
 *
 * - Errors: `ArgumentError` for a family of few tasks, which has none left; those of the family's options.
 */
export const unseenTasks = Effect.fnUntraced(function* (
  { family: { id, options, n } }: Pick<RunConfig, "family">,
  catalog: Catalog,
  { count, seen, key, fix }: UnseenRequest
) {
  const ids = new Set(seen.map((t) => t.id))
  const found = new Map<string, Task>()
  for (let round = 0; round < ROUNDS && found.size < count; round++) {
    const drawn = yield* fromEither(
      pipe(
        findFamily(catalog.registry, id),
        E.chain((family) => family.draw({ ...options, n }, child(key, round), count))
      )
    )
    for (const task of drawn.tasks) if (!ids.has(task.id) && found.size < count) found.set(task.id, task)
  }
  if (found.size === count) return [...found.values()]
  const want = `${count} tasks of ${id} that the run was not trained on`
  return yield* Effect.fail(argumentError({ doing: "draw unseen tasks", want, got: `${found.size}`, fix }))
})
