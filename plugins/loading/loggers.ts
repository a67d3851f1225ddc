/** Contributed loggers beside a run's own log. */
import { Effect, type Exit, Option } from "effect"
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

/** So many milliseconds a call may take: the run waits for each, and the slowest of disks is through by then. */
const CALL_LIMIT = 30_000

/**
 * Store and progress, whose rows and reports go to the loggers too for as long as the scope lives. A logger that fails,
 * or is not through with a call within `limit` milliseconds, is left out from then on and told once: it never stops a run.
 */
export const logged = Effect.fn("plugins.logged")(function* (
  store: RunStoreService,
  progress: ProgressService,
  config: RunConfig,
  loggers: readonly LoggerPlugin[],
  limit = CALL_LIMIT
) {
  const open = new Map<LoggerPlugin, Logging>()
  /** What the call gives; nothing where the logger is left out for it. */
  const trying = Effect.fnUntraced(function* <A>(logger: LoggerPlugin, doing: string, call: () => A | Promise<A>) {
    const done = yield* Effect.result(
      Effect.tryPromise({ try: (signal) => inTime(call, limit, signal), catch: thrown })
    )
    if (done._tag === "Success" && Option.isSome(done.success)) return done.success
    open.delete(logger)
    const got = done._tag === "Failure" ? `want it to return, got a throw (${done.failure})` : late(limit)
    yield* progress.say(`Cannot ${doing} of logger ${logger.id}: ${got}; it is left out`)
    return Option.none<A>()
  })
  const each = (doing: string, call: (logging: Logging) => void | Promise<void>) =>
    Effect.forEach([...open], ([logger, logging]) => trying(logger, doing, () => call(logging)), { discard: true })
  const { name, directory, startedAt } = store
  const run: LoggedRun = { name, config, directory, ...(startedAt === undefined ? {} : { startedAt }) }
  for (const logger of loggers) {
    const logging = yield* trying(logger, "call open()", () => logger.open(run))
    if (Option.isSome(logging)) open.set(logger, logging.value)
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

const late = (limit: number): string => `want it to return within ${limit / 1000} s, got no end of it`

/**
 * What a call gives; nothing where it takes longer. By a timer of its own, since a run is told its end where nothing can
 * be interrupted, and what hangs there must be left too.
 */
const inTime = async <A>(call: () => A | Promise<A>, limit: number, signal: AbortSignal): Promise<Option.Option<A>> => {
  const { promise, resolve } = Promise.withResolvers<Option.Option<A>>()
  const timer = setTimeout(() => resolve(Option.none()), limit)
  signal.addEventListener("abort", () => clearTimeout(timer))
  const called = async () => Option.some(await call())
  try {
    return await Promise.race([called(), promise])
  } finally {
    clearTimeout(timer)
  }
}

const endingOf = (exit: Exit.Exit<unknown, unknown>): RunEnding => {
  if (exit._tag === "Success") return "finished"
  return exit.cause.reasons.every((reason) => reason._tag === "Interrupt") ? "stopped" : "failed"
}
