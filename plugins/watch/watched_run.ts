/** A run as it is now, read from its directory: what was read once is not read again. */
import { stat } from "node:fs/promises"
import { hostname } from "node:os"
import { join } from "node:path"
import { Effect, Option, Predicate } from "effect"
import { diskFiles } from "../runs/store/internal.ts"
import { type TrailLine, trailFile, trailLine } from "../runs/trail.ts"
import { growingLines } from "./growing_lines.ts"

/** A curve of all that was measured of one metric and task, in one training. */
export interface Curve {
  readonly task: string
  readonly steps: number[]
  readonly values: number[]
}

/** Where a run stands. */
export type RunState = "running" | "finished" | "failed" | "stopped" | "unknown"

/** A stage's newest line, and how busy sessions were since its first one of this process. */
export interface StageTold extends TrailLine {
  readonly busy?: Busy
}

/** How sessions were used. */
export interface Busy {
  readonly kind: string
  /** How many of them were in a call, in the mean over time. */
  readonly sessions: number
  /** Operations a second, in all of them. */
  readonly rate: number
}

/** What the trail says. */
export interface Told {
  readonly state: RunState
  /** Of each stage the newest line, in the order in which they began. */
  readonly stages: readonly StageTold[]
  readonly said: readonly TrailLine[]
  /** Its headline, or why it failed. */
  readonly words: string
}

/** Sentences that are kept of a run. */
const SAID = 200

/** Numbers that are kept of a run, all curves together: beyond, the page says so. */
export const MOST_ROWS = 4_000_000

export interface WatchedRun {
  /** Reads on. */
  readonly refresh: () => Promise<void>
  /** Rises with everything that was read: where it is the same, nothing has changed. */
  readonly version: () => number
  readonly told: () => Told
  /**
   * Metrics and, of each, curves by task, in the order in which they came; of a stage of many trainings the metric has the stage
   * before it, and the task its training behind it.
   */
  readonly curves: ReadonlyMap<string, ReadonlyMap<string, Curve>>
  readonly rows: () => number
}

/** Reads all of it, or only what it tells of its stages. */
export const watchedRun = (path: string, part: "all" | "trail" = "all"): WatchedRun => {
  const curves = new Map<string, Map<string, Curve>>()
  let [rows, version] = [0, 0]
  const trail = trailReader(path)
  const events = growingLines(path, "events.jsonl", {
    begin: () => {
      curves.clear()
      rows = 0
    },
    line: (text) => {
      const row = eventIn(text)
      if (row === undefined || rows >= MOST_ROWS) return
      rows++
      const { stage, metric, task, step, value } = row
      const below = stage.indexOf("/")
      const [figure, name] =
        below < 0 ? [metric, task] : [`${stage.slice(0, below)} ${metric}`, `${task}, ${stage.slice(below + 1)}`]
      if (!curves.has(figure)) curves.set(figure, new Map())
      const tasks = curves.get(figure)!
      if (!tasks.has(name)) tasks.set(name, { task, steps: [], values: [] })
      const curve = tasks.get(name)!
      curve.steps.push(step)
      curve.values.push(value)
    }
  })
  return {
    refresh: async () => {
      const changed = [await trail.refresh(), part === "all" && (await events())]
      if (changed.includes(true)) version++
    },
    version: () => version,
    told: trail.told,
    curves,
    rows: () => rows
  }
}

/** A row of the log, looked at by hand: a schema takes ten times as long, and there are millions. */
const eventIn = (text: string) => {
  let row: unknown
  try {
    row = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Predicate.isObject(row)) return undefined
  const { stage = "", metric, task, step, value }: Readonly<Record<string, unknown>> = { ...row }
  if (typeof stage !== "string") return undefined
  if (typeof metric !== "string" || typeof task !== "string" || typeof step !== "number" || typeof value !== "number")
    return undefined
  return { stage, metric, task, step, value }
}

/** What a run tells of its stages, and whether the process that tells it is still there. */
const trailReader = (path: string) => {
  const stages = new Map<string, TrailLine>()
  const firsts = new Map<string, TrailLine>()
  const said: TrailLine[] = []
  let last: TrailLine | undefined
  let state = "unknown"
  const again = (): void => {
    stages.clear()
    firsts.clear()
    said.length = 0
    last = undefined
  }
  const read = growingLines(path, trailFile, {
    begin: again,
    line: (text) => {
      const line = Option.getOrUndefined(trailLine(text))
      if (line === undefined) return
      if (line.begin !== undefined || line.end !== undefined) last = line
      // Another process counts anew.
      if (line.begin !== undefined) firsts.clear()
      if (line.stage !== undefined) {
        stages.set(line.stage, line)
        if (!firsts.has(line.stage)) firsts.set(line.stage, line)
      }
      if (line.say !== undefined) said.push(line)
      if (said.length > SAID) said.shift()
    }
  })
  const stateNow = async (): Promise<RunState> => {
    if (last?.end !== undefined) return last.end
    if (last?.begin !== undefined) return isAlive(last.begin) ? "running" : "stopped"
    return (await stat(join(path, "summary.json")).catch(() => undefined)) === undefined ? "unknown" : "finished"
  }
  let now: RunState = "unknown"
  return {
    refresh: async () => {
      const changed = await read()
      now = await stateNow()
      const differs = changed || now !== state
      state = now
      return differs
    },
    told: (): Told => ({
      state: now,
      stages: [...stages].map(([name, line]) => ({ ...line, ...busyBetween(firsts.get(name), line) })),
      said,
      words: last?.words ?? ""
    })
  }
}

/** Nothing where the two lines are of one moment, or do not tell. */
const busyBetween = (first: TrailLine | undefined, last: TrailLine): { readonly busy?: Busy } => {
  const [before, now] = [first?.use, last.use]
  const seconds = (Date.parse(last.time) - Date.parse(first?.time ?? "")) / 1000
  if (before === undefined || now === undefined || !(seconds > 0)) return {}
  const [sessions, rate] = [(now.seconds - before.seconds) / seconds, (now.flops - before.flops) / seconds]
  return { busy: { kind: now.kind, sessions, rate } }
}

/** Of another machine nothing is known: its runs count as running until they say that they ended. */
const isAlive = ({ process: id, machine }: NonNullable<TrailLine["begin"]>): boolean => {
  if (machine !== hostname()) return true
  try {
    return process.kill(id, 0)
  } catch (cause) {
    return Predicate.hasProperty(cause, "code") && cause.code === "EPERM"
  }
}

/** A larger `run.json` is none, in bytes. */
const LARGEST_RUN = 2 ** 22

/** When a run began, and of what preset and seed it is; nothing where its `run.json` does not say. */
export const beginningOf = async (path: string): Promise<Beginning> => {
  const bytes = await Effect.runPromise(diskFiles(path).read("run.json", LARGEST_RUN))
  const run: unknown = JSON.parse(new TextDecoder().decode(bytes))
  const text = (x: unknown, key: string): string => {
    const value = Predicate.hasProperty(x, key) ? x[key] : undefined
    return typeof value === "string" || typeof value === "number" ? String(value) : ""
  }
  const config = Predicate.hasProperty(run, "config") ? run.config : undefined
  return { startedAt: text(run, "startedAt"), preset: text(config, "preset"), seed: text(run, "seed") }
}

export interface Beginning {
  /** In ISO 8601. */
  readonly startedAt: string
  readonly preset: string
  readonly seed: string
}
