/** Runs suites: pins, starts the peers if asked, measures each work, keeps each report. */
import { availableParallelism } from "node:os"
import { Effect } from "effect"
import { versions as own } from "../plugins/runs/machine.ts"
import { findCompiler } from "../plugins/sessions/native/compiler.ts"
import type { Learning } from "./learning.ts"
import { machine, pin } from "./machine.ts"
import { measure } from "./measure.ts"
import { peers as startPeers } from "./peer_process.ts"
import { environment } from "./peer_venv.ts"
import type { Report, Row } from "./report.ts"
import { keep } from "./results.ts"
import type { Suite } from "./suite.ts"

export interface RunOptions {
  /** Measure the other side too. */
  readonly peers: boolean
  /** The core both sides stay on; the last one unless said otherwise. */
  readonly core?: number
  /** Only works whose name contains this. */
  readonly only?: string
  /** Seeds of works that are trainings, instead of each work's own number. */
  readonly seeds?: number
  /** Told what is being done. */
  readonly say: (line: string) => void
}

/** Longest that a peer may take for one answer: a whole training on a busy machine. */
const PATIENCE = "20 minutes"

const here = (path: string) => new URL(path, import.meta.url).pathname

/**
 * One report over `suites`; the report of each is also kept in `bench/results`, unless only some of its works ran.
 *
 * - Errors: `BenchFailed` where no peer can be had at all; a single work that fails is a note in its row.
 */
export const run = Effect.fn("bench.run")(function* (name: string, suites: readonly Suite[], options: RunOptions) {
  const available = availableParallelism()
  const core = options.core ?? available - 1
  // The peer starts, and where need be is built, before this process gives up its other cores.
  const python = options.peers ? yield* environment(here("./peers"), options.say) : undefined
  const pinned = (yield* pin(core)) ? core : null
  const theirs = python === undefined ? undefined : yield* startPeers(python, here("./peers/peer.py"), pinned, PATIENCE)
  const compiler = Effect.map(findCompiler(process.env), (c) => ({ "C compiler": c.version }))
  const versions = {
    ...own(),
    ...(yield* Effect.orElseSucceed(compiler, () => ({}))),
    ...(theirs === undefined ? {} : yield* theirs.versions)
  }
  const report = (suite: string, rows: readonly Row[], learning: readonly Learning[]): Report => {
    const measured = { suite, machine: machine(pinned), versions, rows }
    return learning.length === 0 ? measured : { ...measured, learning }
  }
  const all: { rows: Row[]; learning: Learning[] } = { rows: [], learning: [] }
  for (const suite of suites) {
    const rows: Row[] = []
    const learning: Learning[] = []
    const works = yield* suite.works
    for (const work of works.filter((w) => w.work.includes(options.only ?? ""))) {
      options.say(`${suite.name}: ${work.work}`)
      const { cores = 1 } = work
      if (cores > 1 && pinned !== null) yield* pin(...Array.from({ length: cores }, (_, i) => (core + i) % available))
      const rounds = (work.seeded === true ? options.seeds : undefined) ?? work.rounds
      const measured = yield* measure({ ...work, rounds }, theirs)
      rows.push(...measured.rows)
      learning.push(...measured.learning)
      if (cores > 1 && pinned !== null) yield* pin(core)
    }
    if (options.only === undefined)
      options.say(`kept ${yield* keep(here("./results"), report(suite.name, rows, learning))}`)
    all.rows.push(...rows)
    all.learning.push(...learning)
  }
  return report(name, all.rows, all.learning)
}, Effect.scoped)
