/** Computing items, whoever asked for them: on threads, by the names of their jobs. */
import { Cache, Context, Effect, Layer } from "effect"
import { Workers } from "../../pipeline/jobs/mod.ts"
import { catalog, catalogWith } from "../loading/catalog/mod.ts"
import { loadPlugins } from "../loading/mod.ts"
import { type Kind, sessionLayer } from "../sessions/mod.ts"
import { findJob, type Pool } from "../workers/internal.ts"
import { workersLayer } from "../workers/mod.ts"
import type { Compute } from "./item.ts"

/** What threads are started with. */
interface Asked {
  readonly session: Kind
  readonly plugins: readonly string[]
}

/** Items on the threads of a pool, until the scope closes. `note` is told of threads that are lost. */
export const computeOn = Effect.fnUntraced(function* (
  pool: Pool,
  size: number,
  note: (sentence: string) => Effect.Effect<void>
) {
  const scope = yield* Effect.scope
  const workersOf = Effect.fnUntraced(function* ({ session, plugins }: Asked) {
    const loaded = yield* loadPlugins(catalog.registry, plugins)
    const options = {
      workers: size,
      sessionKind: () => session,
      pool,
      single: "thread",
      note,
      plugins,
      catalog: catalogWith(loaded)
    } as const
    const layer = Layer.provide(workersLayer(options), sessionLayer(session))
    return Context.get(yield* Layer.buildWithScope(layer, scope), Workers)
  })
  const made = yield* Cache.make({ capacity: 16, lookup: workersOf })
  const compute: Compute = Effect.fnUntraced(function* ({ work, session, plugins }, setting, item) {
    const job = yield* findJob(work.job)
    return yield* job.one(yield* Cache.get(made, { session, plugins }), setting, item)
  })
  return compute
})
