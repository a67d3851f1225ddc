/** Doing an experiment: every run that is not finished, in any order, each piece of work once. */
import { existsSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join, resolve } from "node:path"
import { Context, Deferred, Effect, Layer, Option, type Scope, Semaphore } from "effect"
import { WorkflowEngine } from "effect/workflow"
import { type ArgumentError, isFailure } from "../../core/failure/mod.ts"
import { reasonOf } from "../../core/service/file_error.ts"
import { Progress } from "../../core/service/progress.ts"
import { RunStore, type RunStoreError, runStoreError } from "../../core/service/run_store.ts"
import { Session } from "../../core/service/session.ts"
import { plainText } from "../../core/text/shown.ts"
import { Workers } from "../../pipeline/jobs/mod.ts"
import { type Catalog, mainJob } from "../../pipeline/mod.ts"
import { stableJson } from "../io/content.ts"
import { makeFolder } from "../io/disk.ts"
import { type Loaded, type LoggerPlugin, versionsOf } from "../loading/mod.ts"
import { machine, version, versions } from "../runs/machine.ts"
import { runJob } from "../runs/run_job.ts"
import { diskFiles, keptIn, settingDifferences } from "../runs/store/internal.ts"
import { directoryStore, readFinished, recordsOf } from "../runs/store/mod.ts"
import { type Pool, threadPool } from "../workers/internal.ts"
import { type WorkerOptions, workersLayer } from "../workers/mod.ts"
import { computeOn } from "./compute.ts"
import { contentIn } from "./content.ts"
import { type Durable, durableWorkers } from "./durable_workers.ts"
import { localEngine } from "./engine.ts"
import {
  type ExperimentFolder,
  names,
  type RunEnd,
  readEnds,
  takeFolder,
  writeEnds,
  writeExperiment
} from "./folder.ts"
import { itemWorkLayer } from "./item.ts"
import { itemEngine } from "./item_engine.ts"
import { journalIn } from "./journal.ts"
import { keptByContent } from "./kept_by_content.ts"
import { clusterWork, type Meeting } from "./machines/mod.ts"
import { endOfRun, progressOfRun } from "./progress.ts"
import { type SweepData, type SweepRun, sweepRuns } from "./sweep.ts"

/** An experiment that is ready to be done. */
export interface Ready {
  readonly sweep: SweepData
  /** Names it in messages. */
  readonly source: string
  /** Complete and checked. */
  readonly runs: readonly SweepRun[]
  readonly catalog: Catalog
  readonly loaded: Loaded
  /** As a person would type it. */
  readonly command: string
}

/** How it is to be done. */
export interface SweepOptions {
  /** The experiment's folder: unused, or the same experiment's. */
  readonly out: string
  /** Does again what failed. */
  readonly retry?: boolean
  /** Threads for all runs together, or one a core. */
  readonly workers?: number | "auto"
  /** Has the work done by the machines that meet there, instead of this one. */
  readonly meeting?: Meeting
  /** Loggers beside those of plugins: each is opened by every run that is done now. */
  readonly loggers?: readonly LoggerPlugin[]
}

/** What came of an experiment. */
export interface SweepResult {
  readonly directory: string
  /** In the experiment's order. */
  readonly runs: readonly RunEnd[]
}

/**
 * Does what is left of an experiment. Runs that failed do not stop the others.
 *
 * - Errors: `RunStoreError` for the folder: something else's, another experiment's, not writable, or held by a process.
 */
export const doSweep = Effect.fn("sweeps.do")(function* (ready: Ready, options: SweepOptions) {
  const folder = yield* takeFolder(resolve(options.out), ready.command)
  yield* sameExperiment(folder, ready)
  yield* writeExperiment(folder, ready)
  const ends = new Map<string, RunEnd>()
  for (const run of ready.runs) {
    const found = yield* readFinished(directoryOf(folder, run))
    if (Option.isSome(found)) ends.set(run.name, endedWell(run, found.value.summary.headline))
  }
  const left = ready.runs.filter(({ name }) => !ends.has(name))
  if (left.length > 0) yield* doRuns(folder, ready, left, ends, options)
  const runs = inOrder(ready, ends)
  yield* writeEnds(folder.files, runs)
  // Where nothing is left to do, what it was to go on from is of no use.
  if (runs.every(({ state }) => state === "finished")) yield* folder.files.remove(names.work)
  return { directory: folder.path, runs } satisfies SweepResult
}, Effect.scoped)

/** Does them, several at a time; `ends` is told of each. */
const doRuns = Effect.fnUntraced(function* (
  folder: ExperimentFolder,
  ready: Ready,
  left: readonly SweepRun[],
  ends: Map<string, RunEnd>,
  options: SweepOptions
) {
  const progress = yield* Progress
  const before = new Map((yield* readEnds(folder.files)).map((end) => [end.name, end]))
  const shared = yield* open(folder, ready, options)
  const told = yield* Semaphore.make(1)
  const tell = (end: RunEnd) =>
    Effect.suspend(() => {
      ends.set(end.name, end)
      const note = end.state === "failed" ? `failed: ${end.error}` : "finished"
      const known = inOrder(ready, new Map([...before, ...ends]))
      return Effect.andThen(writeEnds(folder.files, known), endOfRun(end.name, note, progress))
    })
  yield* Effect.forEach(
    left,
    (run) => Effect.flatMap(oneRun(folder, ready, run, shared), (end) => told.withPermit(tell(end))),
    { concurrency: shared.size, discard: true }
  )
}, Effect.scoped)

const inOrder = ({ runs }: Ready, ends: ReadonlyMap<string, RunEnd>): readonly RunEnd[] =>
  runs.flatMap(({ name }) => ends.get(name) ?? [])

const directoryOf = ({ path }: ExperimentFolder, { name }: SweepRun): string => join(path, names.runs, name)

const endedWell = ({ name, varied }: SweepRun, headline: string): RunEnd => ({
  name,
  varied,
  state: "finished",
  headline
})

/** A run of an earlier command must have the settings that it has now. */
const sameExperiment = Effect.fnUntraced(function* ({ before, path }: ExperimentFolder, { runs, source }: Ready) {
  if (before === undefined) return
  const then = sweepRuns(before.sweep, join(path, names.experiment))
  if (then._tag === "Left") return
  const earlier = new Map(then.right.map(({ name, config }) => [name, config]))
  for (const { name, config } of runs) {
    const was = earlier.get(name)
    const [first] = was === undefined ? [] : settingDifferences(was, config)
    if (first === undefined) continue
    const want = `${first.key} ${first.was} in run ${name}, as the experiment was begun with`
    const got = `${first.is} from ${source}`
    const fix = "leave it as it was, or choose another folder with --out"
    return yield* Effect.fail(runStoreError({ reason: "other-config", path, want, got, fix }))
  }
})

/** What all runs share. */
interface Shared {
  readonly durable: Durable
  readonly pool: Pool
  /** Threads, and runs at the same time. */
  readonly size: number
  readonly kept: ReturnType<typeof keptByContent>
  readonly loggers: readonly LoggerPlugin[]
  /** What computes, where bits depend on it. */
  readonly place: string
}

/** Items that are asked for at the same time, by all runs together. */
const ASKED = 256

const open = Effect.fnUntraced(function* (
  { path, files }: ExperimentFolder,
  { loaded }: Ready,
  { retry = false, workers = "auto", meeting, loggers = [] }: SweepOptions
): Effect.fn.Return<Shared, RunStoreError | ArgumentError, Scope.Scope | Progress> {
  const { say } = yield* Progress
  const scope = yield* Effect.scope
  const size = workers === "auto" ? availableParallelism() : workers
  const pool = yield* threadPool(size, scope)
  const work = join(path, names.work)
  const refused = (cause: unknown): RunStoreError => {
    const want = "a folder that can be written"
    return runStoreError({ reason: "not-writable", path: work, want, got: reasonOf(cause) })
  }
  yield* Effect.uninterruptible(Effect.tryPromise({ try: () => makeFolder(work), catch: refused }))
  const kept = keptIn(diskFiles(work), stableJson(machine()))
  const lost = yield* Deferred.make<never, RunStoreError>()
  const code = { policygradex: version, ...versionsOf(loaded) }
  const here = Effect.gen(function* () {
    const content = contentIn(kept)
    const compute = yield* computeOn(pool, size, say)
    const items = itemWorkLayer({ content, compute, journal: journalIn(files) })
    const engine = yield* startEngine(items, localEngine(join(work, "engine.sqlite"), lost))
    return { content, engine }
  })
  const doers = meeting === undefined ? here : clusterWork(meeting, code, lost)
  const { content, engine } = yield* Effect.raceFirst(doers, Deferred.await(lost))
  const turns = yield* Semaphore.make(ASKED)
  const durable = { content, engine, turns, lost, code, retry, begun: new Map() }
  const place = meeting === undefined ? kept.machine : "any machine"
  return { durable, pool, size, kept: keptByContent(kept), loggers, place }
})

/** Everything that runs are given is in place; the run in its own directory, as if it were alone. */
const oneRun = Effect.fnUntraced(function* (
  folder: ExperimentFolder,
  { catalog, loaded, command }: Ready,
  run: SweepRun,
  { durable, pool, kept, loggers, place }: Shared
) {
  const progress = yield* Progress
  const { config } = run
  const directory = directoryOf(folder, run)
  const info = {
    command,
    config,
    seed: config.seed,
    versions: { ...versions(), ...versionsOf(loaded) },
    machine: machine(),
    plugins: recordsOf(loaded.plugins, directory)
  }
  const store = directoryStore(directory, existsSync(join(directory, "run.json")) ? "resume" : "new", info)
  const shared = Layer.effect(RunStore)(Effect.map(RunStore, (own) => ({ ...own, kept })))
  const workers = (o: WorkerOptions) => durableLayer({ ...o, pool }, durable, place)
  return yield* runJob(mainJob(catalog), { config, command, loaded, loggers, workers }).pipe(
    Effect.provideService(Progress, progressOfRun(run.name, progress)),
    Effect.provide(Layer.provide(shared, store)),
    Effect.match({ onFailure: (e) => failedBy(run, e), onSuccess: ({ headline }) => endedWell(run, headline) }),
    Effect.catchDefect((defect) => Effect.succeed(failedBy(run, defect)))
  )
})

const failedBy = ({ name, varied }: SweepRun, cause: unknown): RunEnd => {
  const error = cause instanceof Error ? cause.message : plainText(cause)
  return { name, varied, state: "failed", error, tag: isFailure(cause) ? cause._tag : "Defect" }
}

/** A run's workers: the experiment's threads, and durable items. */
const durableLayer = (options: WorkerOptions, durable: Durable, place: string): ReturnType<typeof workersLayer> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const context = yield* Layer.build(workersLayer(options))
      const session = Context.get(context, Session)
      const computing = {
        session: options.sessionKind,
        numerics: () => (session.capabilities.bitEqual ? session.kind : `${session.kind} on ${place}`),
        plugins: options.plugins ?? []
      }
      return Context.add(context, Workers, durableWorkers(Context.get(context, Workers), durable, computing))
    })
  )

const startEngine = Effect.fnUntraced(function* (
  items: ReturnType<typeof itemWorkLayer>,
  engine: ReturnType<typeof localEngine>
) {
  const context = yield* Layer.build(Layer.provideMerge(items, engine))
  return itemEngine(Context.get(context, WorkflowEngine.WorkflowEngine))
})
