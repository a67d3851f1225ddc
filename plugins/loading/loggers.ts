/** Contributed loggers beside a run's own log. */
import { Effect } from "effect"
import type { EventRow, RunStoreService } from "../../core/service/run_store.ts"
import type { RunConfig } from "../../pipeline/mod.ts"
import { thrown } from "./error.ts"

/** Where a run's numbers go besides its own folder: the record that a plugin contributes. */
export interface LoggerPlugin {
  readonly id: string
  readonly summary: string
  /** Is called when a run begins; what it returns is told of each row, and of the end. */
  readonly open: (run: { readonly name: string; readonly config: RunConfig }) => Logging | Promise<Logging>
}

export interface Logging {
  readonly log: (rows: readonly EventRow[]) => void | Promise<void>
  readonly close?: () => void | Promise<void>
}

/**
 * The store, whose rows go to the loggers too for as long as the scope lives. A logger that fails is left out from then
 * on and told once: it never stops a run.
 */
export const loggedStore = Effect.fn("plugins.loggedStore")(function* (
  store: RunStoreService,
  config: RunConfig,
  loggers: readonly LoggerPlugin[],
  note: (sentence: string) => Effect.Effect<void>
) {
  const open = new Map<string, Logging>()
  const trying = Effect.fnUntraced(function* (id: string, doing: string, call: () => unknown) {
    const done = yield* Effect.result(Effect.tryPromise({ try: async () => call(), catch: thrown }))
    if (done._tag === "Success") return
    open.delete(id)
    yield* note(`Cannot ${doing} of logger ${id}: want it to return, got a throw (${done.failure}); it is left out`)
  })
  for (const logger of loggers) {
    yield* trying(logger.id, "call open()", async () => {
      open.set(logger.id, await logger.open({ name: store.name, config }))
    })
  }
  yield* Effect.addFinalizer(() =>
    Effect.forEach([...open], ([id, logging]) => trying(id, "call close()", () => logging.close?.()), { discard: true })
  )
  const log: RunStoreService["log"] = Effect.fnUntraced(function* (rows) {
    yield* store.log(rows)
    for (const [id, logging] of [...open]) yield* trying(id, "call log()", () => logging.log(rows))
  })
  return { ...store, log } satisfies RunStoreService
})
