/** Displays of a run's progress: a view that is redrawn in a terminal, plain lines elsewhere, or nothing. */
import { stripVTControlCharacters } from "node:util"
import { Effect, Layer, Ref, Schedule, type Scope } from "effect"
import { monotonicSeconds } from "../../core/service/monotonic.ts"
import { Progress, type ProgressService, type StageProgress } from "../../core/service/progress.ts"
import { printable, printableLines } from "../../core/text/printable.ts"
import { throughDisplay, writeRemark } from "../io/ending/mod.ts"
import { cutTo, fitted, widthOf } from "./terminal_line.ts"

/** A stage with the times that its rates come from (seconds of a monotonic clock). */
export interface TimedStage extends StageProgress {
  readonly startedAt: number
  readonly updatedAt: number
}

/** Where lines go. */
export interface Display {
  readonly write: (text: string) => void
  /** Lines can be redrawn: a terminal that understands escape codes. */
  readonly animated: boolean
  /** Of the terminal, as it is now: people resize it. */
  readonly columns: number
  readonly rows?: number
  readonly coloured?: boolean
}

/** Standard error, as this process has it. */
const standardError = (): Display => ({
  write: writeRemark,
  animated: process.stderr.isTTY === true && process.env.TERM !== "dumb" && process.env.CI === undefined,
  get columns() {
    return process.stderr.columns ?? 100
  },
  get rows() {
    return process.stderr.rows ?? 24
  },
  // no-color.org: set, and not empty.
  coloured: (process.env.NO_COLOR ?? "") === ""
})

/** Shows nothing. */
export const silentProgress: Layer.Layer<Progress> = Layer.succeed(Progress)({
  report: () => Effect.void,
  say: () => Effect.void
})

/**
 * Shows progress until the scope closes.
 *
 * A terminal shows `title` and one line a stage, redrawn at most every 100 ms: lines that fit its width, and no more of them than
 * it has room for; elsewhere a line appears when a stage begins and ends, and every 5 s in between.
 */
export const progressDisplay = (title = "", display: Display = standardError()): Layer.Layer<Progress> =>
  Layer.effect(Progress)(display.animated ? animated(title, display) : plain(display))

/**
 * `meta-training  [######......]  12/25 iterations  41,200 steps/s  7 s left  mean return 181`
 *
 * Rates come from the time of the last report; the time left runs on from there to `now` (s).
 */
export const line = (s: TimedStage, now = s.updatedAt): string =>
  partsOf(s, now)
    .flatMap(({ text, bar = false }) => (bar ? [] : [text]))
    .join("  ")

/** The same in so many columns, with a bar where there is room for it: what is worth least goes first. */
const fittedLine = (s: TimedStage, now: number, columns: number): string => fitted(partsOf(s, now), columns)

/** Parts of a stage's line; those that are worth more stay longer. */
const partsOf = (s: TimedStage, now: number) => {
  const seconds = Math.max(s.updatedAt - s.startedAt, 0.001)
  const filled = s.total > 0 ? Math.round((12 * Math.min(s.done, s.total)) / s.total) : 0
  const whole = s.done > 0 ? (seconds * (s.total - s.done)) / s.done : undefined
  const left = whole === undefined ? undefined : Math.max(whole - (now - s.updatedAt), 0)
  const time = s.done >= s.total ? `${duration(seconds)}` : left === undefined ? undefined : `${duration(left)} left`
  const rate = s.steps === undefined || s.done === 0 ? undefined : `${grouped(Math.round(s.steps / seconds))} steps/s`
  return [
    { text: s.stage.padEnd(16), worth: 9 },
    { text: `[${"#".repeat(filled)}${".".repeat(12 - filled)}]`, worth: 1, bar: true },
    {
      text: `${grouped(s.done)}/${grouped(s.total)} ${s.unit}`,
      short: `${grouped(s.done)}/${grouped(s.total)}`,
      worth: 8
    },
    ...(rate === undefined ? [] : [{ text: rate, worth: 3 }]),
    ...(time === undefined ? [] : [{ text: time, worth: 6 }]),
    ...(s.note === undefined ? [] : [{ text: printable(s.note), worth: 5 }])
  ]
}

/** `0.8 s`, `42 s`, `3 min 20 s`, `2 h 5 min`. */
export const duration = (seconds: number): string => {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** Thousands apart: `41,200`. */
export const grouped = (n: number): string => String(n).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ",")

type Stages = ReadonlyMap<string, TimedStage>

/** The map with one more report; a stage keeps the moment of its first. */
const record = (stages: Stages, report: StageProgress, now: number): Stages => {
  const startedAt = stages.get(report.stage)?.startedAt ?? now
  return new Map(stages).set(report.stage, { ...report, startedAt, updatedAt: now })
}

const DIM = "\u001b[2m"
const BOLD = "\u001b[1m"
const PLAIN = "\u001b[0m"

/** The rows that the view has now: as many as leave room for the cursor, the newest of them. */
const viewOf = (title: string, stages: Stages, now: number, display: Display): readonly string[] => {
  const width = display.columns - 1
  const style = (code: string, text: string): string => (display.coloured === true ? `${code}${text}${PLAIN}` : text)
  const lines = [...stages.values()].map((s) => {
    const text = fittedLine(s, now, width)
    return s.done >= s.total ? style(DIM, text) : text
  })
  const room = Math.max((display.rows ?? 24) - 2, 1)
  const shown = lines.slice(-room)
  return title === "" || shown.length === 0 ? shown : [style(BOLD, cutTo(printable(title), width)), ...shown]
}

/** Columns of a row, without the colours. */
const shownWidth = (row: string): number => widthOf(stripVTControlCharacters(row))

const animated = (title: string, display: Display): Effect.Effect<ProgressService, never, Scope.Scope> =>
  Effect.gen(function* () {
    const stages = yield* Ref.make<Stages>(new Map())
    let drawn: readonly string[] = []
    let last = ""
    // A terminal that has become narrower has broken lines in two.
    const taken = (): number => drawn.reduce((n, r) => n + Math.max(1, Math.ceil(shownWidth(r) / display.columns)), 0)
    const clear = () => (drawn.length === 0 ? "" : `\u001b[${taken()}A\u001b[J`)
    const draw = Effect.gen(function* () {
      const now = yield* monotonicSeconds
      const rows = viewOf(title, yield* Ref.get(stages), now, display)
      const text = rows.map((r) => `${r}\n`).join("")
      if (text === last) return
      display.write(clear() + text)
      drawn = rows
      last = text
    })
    yield* Effect.forkScoped(Effect.repeat(draw, Schedule.spaced("100 millis")))
    const say = (sentence: string): void => {
      display.write(`${clear()}${printableLines(sentence)}\n`)
      drawn = []
      last = ""
    }
    throughDisplay(say)
    yield* Effect.addFinalizer(() =>
      Effect.andThen(
        Effect.sync(() => throughDisplay(undefined)),
        draw
      )
    )
    return {
      report: (p) => Effect.flatMap(monotonicSeconds, (now) => Ref.update(stages, (m) => record(m, p, now))),
      say: (sentence) =>
        Effect.suspend(() =>
          Effect.andThen(
            Effect.sync(() => say(sentence)),
            draw
          )
        )
    }
  })

const plain = (display: Display): Effect.Effect<ProgressService> =>
  Effect.gen(function* () {
    const stages = yield* Ref.make<Stages>(new Map())
    const shown = new Map<string, number>()
    return {
      report: Effect.fn("progress.report")(function* (p) {
        const now = yield* monotonicSeconds
        const all = yield* Ref.updateAndGet(stages, (m) => record(m, p, now))
        const stage = all.get(p.stage)
        const before = shown.get(p.stage)
        const ended = p.done >= p.total
        if (stage === undefined || (before !== undefined && !ended && now - before < 5)) return
        shown.set(p.stage, now)
        display.write(`${line(stage)}\n`)
      }),
      say: (sentence) => Effect.sync(() => display.write(`${printableLines(sentence)}\n`))
    }
  })
