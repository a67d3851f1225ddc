/** The meta-policy that a run keeps, with all that a training or an adaptation needs to go on from it. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { loadPolicy, STATE_PREFIX } from "../../algorithms/internal.ts"
import { otherVersion } from "../../core/service/file_error.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { type RunStoreService, runStoreError } from "../../core/service/run_store.ts"
import type { Catalog, Setting } from "../../pipeline/mod.ts"
import { readSafetensors } from "./store/mod.ts"

/**
 * θ★ with the learner's own arrays.
 *
 * - Errors: `RunStoreError` where the run stopped before, or the file is damaged; `ArgumentError` for a policy of another
 *   architecture or version; `ArgumentError` for one of another version of the environment.
 */
export const metaPolicy = Effect.fnUntraced(function* (
  store: RunStoreService,
  catalog: Catalog,
  { policy: wanted, environment: { version } }: Pick<Setting<unknown>, "policy" | "environment">
) {
  const artefact = yield* store.find("meta-training", "policy")
  if (artefact === undefined) {
    return yield* Effect.fail(
      runStoreError({
        reason: "missing",
        path: `${store.directory}/meta-training`,
        want: "the meta-policy of a run",
        got: "none: it stopped before",
        fix: "continue it with pgex run --resume --out on its directory"
      })
    )
  }
  const loaded = pipe(
    readSafetensors(yield* store.bytes(artefact), artefact.path),
    E.chainW((file) =>
      pipe(
        loadPolicy(file, catalog.algorithms, wanted, catalog.architectures),
        E.filterOrElseW(
          (loaded) => loaded.environment.version === version,
          (loaded) => otherVersion(artefact.path, loaded.environment, version)
        ),
        E.map(({ theta, moments }) => {
          const named = (name: string) => file.tensors.find((t) => t.name === name)?.data
          const own = file.tensors.filter((t) => t.name.startsWith(STATE_PREFIX))
          const arrays = Object.fromEntries(own.map((t) => [t.name.slice(STATE_PREFIX.length), t.data]))
          return { policy: theta, value: named("value") ?? new Float64Array(0), moments, arrays }
        })
      )
    )
  )
  return yield* fromEither(loaded)
})
