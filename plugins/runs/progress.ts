/** Displays of a run's progress: redrawn lines in a terminal, plain lines elsewhere, or nothing. */
import { Effect, Layer, Ref, Schedule, type Scope } from "effect"
import { monotonicSeconds } from "../../core/service/monotonic.ts"
import { Progress, type ProgressService, type StageProgress } from "../../core/service/progress.ts"
import { printable, printableLines } from "../../core/text/printable.ts"
import { throughDisplay, writeRemark } from "../io/ending/mod.ts"

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
  readonly columns: number
}

/** Standard error, as this process has it. */
const standardError = (): Display => ({
  write: writeRemark,
  animated: process.stderr.isTTY === true && process.env.TERM !== "dumb" && process.env.CI === undefined,
  columns: process.stderr.columns ?? 100
})

/** Shows nothing. */
export const silentProgress: Layer.Layer<Progress> = Layer.succeed(Progress)({
  report: () => Effect.void,
  say: () => Effect.void
})

/**
 * Shows progress until the scope closes.
 *
 * A terminal shows one line a stage, redrawn at most every 100 ms; elsewhere a line appears when a stage begins and
 * ends, and every 5 s in between.
 */
export const progressDisplay = (display: Display = standardError()): Layer.Layer<Progress> =>
  Layer.effect(Progress)(display.animated ? animated(display) : plain(display))

/**
 * `meta-training  [######......]  12/25 iterations  41,200 steps/s  7 s left  mean return 181`
 *
 * Rates come from the time of the last report; the time left runs on from there to `now` (s).
 */
export const line = (s: TimedStage, bar: boolean, now = s.updatedAt): string => {
  const seconds = Math.max(s.updatedAt - s.startedAt, 0.001)
  const filled = s.total > 0 ? Math.round((12 * Math.min(s.done, s.total)) / s.total) : 0
  const whole = s.done > 0 ? (seconds * (s.total - s.done)) / s.done : undefined
  const left = whole === undefined ? undefined : Math.max(whole - (now - s.updatedAt), 0)
  return [
    s.stage.padEnd(16),
    ...(bar ? [`[${"#".repeat(filled)}${".".repeat(12 - filled)}]`] : []),
    `${grouped(s.done)}/${grouped(s.total)} ${s.unit}`,
    ...(s.steps === undefined || s.done === 0 ? [] : [`${grouped(Math.round(s.steps / seconds))} steps/s`]),
    ...(s.done >= s.total ? [`${duration(seconds)}`] : left === undefined ? [] : [`${duration(left)} left`]),
    ...(s.note === undefined ? [] : [printable(s.note)])
  ].join("  ")
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

const animated = (display: Display): Effect.Effect<ProgressService, never, Scope.Scope> =>
  Effect.gen(function* () {
    const stages = yield* Ref.make<Stages>(new Map())
    let drawn = 0
    let last = ""
    const clear = () => (drawn === 0 ? "" : `\u001b[${drawn}A\u001b[J`)
    const draw = Effect.gen(function* () {
      const now = yield* monotonicSeconds
      const rows = [...(yield* Ref.get(stages)).values()].map((s) => line(s, true, now).slice(0, display.columns - 1))
      const text = rows.map((r) => `${r}\n`).join("")
      if (text === last) return
      display.write(clear() + text)
      drawn = rows.length
      last = text
    })
    yield* Effect.forkScoped(Effect.repeat(draw, Schedule.spaced("100 millis")))
    const say = (sentence: string): void => {
      display.write(`${clear()}${printableLines(sentence)}\n`)
      drawn = 0
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
        display.write(`${line(stage, false)}\n`)
      }),
      say: (sentence) => Effect.sync(() => display.write(`${printableLines(sentence)}\n`))
    }
  })
