/** A job in a run directory: the store around it, the receipts, the report and the summary after it. */
import { Cause, Effect, type Exit, Layer } from "effect"
import { Progress } from "../../core/service/progress.ts"
import { Recovery, type SessionRecord } from "../../core/service/recovery.ts"
import { RunStore } from "../../core/service/run_store.ts"
import { Session } from "../../core/service/session.ts"
import type { Warning } from "../../pipeline/internal.ts"
import type { Workers } from "../../pipeline/jobs/mod.ts"
import type { JobResult, ReportData, RunConfig } from "../../pipeline/mod.ts"
import { catalogWith } from "../loading/catalog/mod.ts"
import { calling, type Loaded, type LoggerPlugin, logged } from "../loading/mod.ts"
import { rated, sessionPeak, sumOfWork } from "../sessions/internal.ts"
import { lossSentence, runSession } from "../sessions/mod.ts"
import { workersLayer } from "../workers/mod.ts"
import { machine, versions } from "./machine.ts"
import { report } from "./report/mod.ts"
import { digestOf } from "./store/mod.ts"
import { leavingTrail, type SessionUse, type TrailEnd } from "./trail.ts"

/** What a job needs: its store, its progress display, a session, and whoever does its work. */
export type Job<E> = (config: RunConfig) => Effect.Effect<JobResult, E, RunStore | Progress | Session | Workers>

/** What is known before the job starts. */
export interface Start {
  readonly config: RunConfig
  /** As a person would type it. */
  readonly command: string
  /** Plugins in use: receipts name them, worker threads load them too. */
  readonly loaded?: Loaded
  /** Loggers beside those of plugins. */
  readonly loggers?: readonly LoggerPlugin[]
  /** Who does the work, of what threads would be started with: threads of its own, by default. */
  readonly workers?: typeof workersLayer
}

/**
 * Runs a job in the store of the context; writes `summary.json` and `report.html` and returns what they show.
 *
 * - Errors: the job's own, `SessionError`, `RunStoreError`.
 */
export const runJob = Effect.fn("run_job")(function* <E>(job: Job<E>, start: Start) {
  const { directory } = yield* RunStore
  const { progress, ended, using } = yield* leavingTrail(directory, yield* Progress)
  return yield* jobDone(job, start, using).pipe(
    Effect.provideService(Progress, progress),
    Effect.onExit((exit) => ended(endOf(exit)))
  )
})

const endOf = (exit: Exit.Exit<{ readonly headline: string }, unknown>): TrailEnd => {
  if (exit._tag === "Success") return { end: "finished", words: exit.value.headline }
  if (Cause.hasInterruptsOnly(exit.cause)) return { end: "stopped", words: "" }
  const failure = Cause.squash(exit.cause)
  return { end: "failed", words: failure instanceof Error ? failure.message : String(failure) }
}

const jobDone = Effect.fnUntraced(function* <E>(
  job: Job<E>,
  start: Start,
  using: (now: Effect.Effect<SessionUse>) => void
) {
  const { config, command, loaded, loggers = [], workers: layerOf = workersLayer } = start
  const store = yield* RunStore
  const display = yield* Progress
  const { say: note } = display
  yield* Effect.forEach(store.notes, note, { discard: true })
  const computed = Effect.gen(function* () {
    const told = yield* logged(store, display, config, [...loggers, ...(loaded?.loggers ?? [])])
    const { session, kind, did, recovery, records } = yield* runSession(config.session, note)
    // Where others do the work, this run's sessions say nothing of how busy they are.
    if (start.workers === undefined) using(Effect.map(records, useOf(kind)))
    if (config.session === "auto") yield* note(`Session ${kind()}, ${(yield* records)[0]?.reason}`)
    const plugins = (loaded?.plugins ?? []).map((p) => p.file)
    const here = loaded === undefined ? {} : { catalog: catalogWith(loaded) }
    const workers = layerOf({ workers: config.workers, sessionKind: kind, note, did, plugins, ...here })
    const services = Layer.provideMerge(workers, Layer.succeed(Session)(session))
    const done = yield* job(config).pipe(
      Effect.provideService(RunStore, told.store),
      Effect.provideService(Progress, told.progress),
      Effect.provideService(Recovery, recovery),
      Effect.provide(services)
    )
    const sessions = yield* records
    return { ...done, sessions, peak: yield* Effect.provideService(sessionPeak, Session, session) }
  })
  const {
    seconds,
    summary,
    costs,
    sessions,
    peak,
    recordings = [],
    ...result
  } = yield* calling(Effect.scoped(computed))
  const artefacts = yield* store.artefacts
  // Whatever became of the directory meanwhile: a run that says it is finished has all that it made.
  yield* Effect.forEach(artefacts, store.bytes, { discard: true })
  const receipts = {
    run: store.name,
    command,
    seed: config.seed,
    session: sessions.map((s) => s.kind).join(", then "),
    sessionReason: sessions.map((s) => s.reason).join("; then "),
    sessions,
    peak,
    config,
    plugins: (loaded?.plugins ?? []).map(({ name, version, from, sha256 }) => ({ name, version, from, sha256 })),
    versions: versions(),
    machine: machine(),
    seconds,
    digest: digestOf(artefacts),
    events: yield* store.logged,
    artefacts
  }
  const data: ReportData = {
    ...result,
    warnings: [...pluginWarnings(loaded), ...lossWarnings(sessions), ...result.warnings],
    costs: costs.map(rated(peak)),
    title: `policygradex run ${store.name}`,
    receipts
  }
  yield* store.report(report({ ...data, recordings }))
  // Last of all: a run that has a summary is finished, and needs nothing to go on from.
  yield* store.summary({ ...summary, ...data })
  yield* store.kept.drop("")
  return { ...data, summary }
})

const useOf =
  (kind: () => string) =>
  (sessions: readonly SessionRecord[]): SessionUse => {
    const { seconds, flops } = sumOfWork(sessions.map(({ work }) => work))
    return { kind: kind(), seconds, flops }
  }

const pluginWarnings = (loaded: Loaded | undefined): readonly Warning[] =>
  (loaded?.problems ?? []).map(({ message }) => ({ level: "caution", text: `${message}; the run went on without it` }))

/** Results of a run that lost a session are marked: their numbers are of more than one. */
const lossWarnings = (sessions: readonly SessionRecord[]): readonly Warning[] =>
  sessions.flatMap(({ kind, lost }, i) =>
    lost === undefined ? [] : [{ level: "caution", text: lossSentence(kind, lost, sessions[i + 1]?.kind ?? "none") }]
  )
