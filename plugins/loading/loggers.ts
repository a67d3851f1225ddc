/** Contributed loggers beside a run's own log. */
import { Effect, type Exit } from "effect"
import type { ProgressService, StageProgress } from "../../core/service/progress.ts"
import type { EventRow, RunStoreService } from "../../core/service/run_store.ts"
import type { RunConfig } from "../../pipeline/mod.ts"
import { thrown } from "./error.ts"

/** Where a run's numbers go besides its own folder: the record that a plugin contributes. */
export interface LoggerPlugin {
  readonly id: string
  readonly summary: string
  /** Is called when a run begins; what it returns is told of each row, and of the end. */
  readonly open: (run: LoggedRun) => Logging | Promise<Logging>
}

/** What a logger is told of the run. */
export interface LoggedRun {
  readonly name: string
  readonly config: RunConfig
  /** Absolute; empty for a run in memory. */
  readonly directory: string
  /** When it began, in milliseconds since 1970; the same when it goes on. Not told of a run in memory. */
  readonly startedAt?: number
}

/** How a run ended. */
export type RunEnding = "finished" | "failed" | "stopped"

export interface Logging {
  /** Rows that were measured now. */
  readonly log: (rows: readonly EventRow[]) => void | Promise<void>
  /**
   * These are the rows so far of the stage and of its trainings (stage `STAGE/…`), in their order, whatever was logged of it before:
   * where a stage begins, none; where a stopped run goes on, those of what it need not compute again; and all, where it ends.
   */
  readonly relog?: (stage: string, rows: readonly EventRow[]) => void | Promise<void>
  /** Where a stage stands; `done = total` ends it. */
  readonly progress?: (progress: StageProgress) => void | Promise<void>
  readonly close?: (ending: RunEnding) => void | Promise<void>
}

/**
 * Store and progress, whose rows and reports go to the loggers too for as long as the scope lives. A logger that fails is
 * left out from then on and told once: it never stops a run.
 */
export const logged = Effect.fn("plugins.logged")(function* (
  store: RunStoreService,
  progress: ProgressService,
  config: RunConfig,
  loggers: readonly LoggerPlugin[]
) {
  const open = new Map<LoggerPlugin, Logging>()
  const trying = Effect.fnUntraced(function* (logger: LoggerPlugin, doing: string, call: () => unknown) {
    const done = yield* Effect.result(Effect.tryPromise({ try: async () => call(), catch: thrown }))
    if (done._tag === "Success") return
    open.delete(logger)
    yield* progress.say(
      `Cannot ${doing} of logger ${logger.id}: want it to return, got a throw (${done.failure}); it is left out`
    )
  })
  const each = (doing: string, call: (logging: Logging) => unknown) =>
    Effect.forEach([...open], ([logger, logging]) => trying(logger, doing, () => call(logging)), { discard: true })
  for (const logger of loggers) {
    yield* trying(logger, "call open()", async () => {
      const { name, directory, startedAt } = store
      open.set(
        logger,
        await logger.open({ name, config, directory, ...(startedAt === undefined ? {} : { startedAt }) })
      )
    })
  }
  yield* Effect.addFinalizer((exit) => each("call close()", (logging) => logging.close?.(endingOf(exit))))
  return {
    store: {
      ...store,
      log: (rows) =>
        Effect.andThen(
          store.log(rows),
          each("call log()", (logging) => logging.log(rows))
        ),
      relog: (stage, rows) =>
        Effect.tap(store.relog(stage, rows), () => each("call relog()", (logging) => logging.relog?.(stage, rows)))
    } satisfies RunStoreService,
    progress: {
      ...progress,
      report: (p) =>
        Effect.andThen(
          progress.report(p),
          each("call progress()", (logging) => logging.progress?.(p))
        )
    } satisfies ProgressService
  }
})

const endingOf = (exit: Exit.Exit<unknown, unknown>): RunEnding => {
  if (exit._tag === "Success") return "finished"
  return exit.cause.reasons.every((reason) => reason._tag === "Interrupt") ? "stopped" : "failed"
}
