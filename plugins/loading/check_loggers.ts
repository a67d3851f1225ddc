/** What is wrong with a plugin's loggers, when they are told of a run of two numbers. */
import { Effect, Predicate } from "effect"
import type { EventRow } from "../../core/service/run_store.ts"
import type { Before } from "../../envs/internal.ts"
import type { Finding } from "../../envs/mod.ts"
import { presets } from "../../pipeline/internal.ts"
import { thrown } from "./error.ts"
import type { LoggerPlugin, Logging } from "./loggers.ts"

/** The run that a check pretends: a logger that writes somewhere writes under this name. */
const CHECKED_RUN = "plugin-check"

const row = (step: number): EventRow => ({ stage: "meta", step, task: "", metric: "return/mean", value: step / 2 })

interface LoggerLaw {
  readonly name: string
  readonly fix: string
  readonly check: () => Promise<string | undefined>
}

/** The laws, one after the other of one run: opened, told rows, closed. */
const lawsOf = ({ open }: LoggerPlugin): readonly LoggerLaw[] => {
  let logging: Logging | undefined
  const rows = Object.freeze([0, 1].map((step) => Object.freeze(row(step))))
  const used = async (use: (opened: Logging) => void | Promise<void>): Promise<undefined> => {
    if (logging !== undefined) await use(logging)
  }
  return [
    {
      name: "open() gives log(), and close() where something is to be closed",
      fix: "return { log: (rows) => …, close: () => … } from open(), or a promise of it",
      check: async () => {
        const opened: unknown = await open({ name: CHECKED_RUN, config: presets.quick!, directory: "" })
        if (!isLogging(opened)) return faultOf(opened)
        logging = opened
        return undefined
      }
    },
    {
      name: "log() takes rows as they are, several, none and again",
      fix: "copy what is to be changed: the rows are shared with the run's own log",
      check: () =>
        used(async ({ log }) => {
          await log(rows)
          await log([])
          await log(rows)
        })
    },
    {
      name: "relog() and progress() take what a run that goes on tells",
      fix: "relog() is told the rows that a stage has, once more; leave out what the logger has no use for",
      check: () =>
        used(async ({ relog, progress }) => {
          await relog?.("meta", rows)
          await progress?.(Object.freeze({ stage: "meta", done: 2, total: 2, unit: "iterations" }))
        })
    },
    {
      name: "close() comes to an end",
      fix: "flush and close in close(), and throw nothing",
      check: () => used((l) => l.close?.("finished"))
    }
  ]
}

const isLogging = (opened: unknown): opened is Logging => faultOf(opened) === undefined

const faultOf = (opened: unknown): string | undefined => {
  if (!Predicate.isObject(opened)) return `want an object, got ${String(opened)}`
  if (typeof opened.log !== "function") return `log: want a function, got ${typeof opened.log}`
  const others = { relog: opened.relog, progress: opened.progress, close: opened.close }
  const [odd] = Object.entries(others).filter(([, f]) => f !== undefined && typeof f !== "function")
  return odd === undefined ? undefined : `${odd[0]}: want a function, got ${typeof odd[1]}`
}

/** How many laws a logger is held to. */
export const LOGGER_LAWS = 4

/** The laws of a logger that do not hold; those after the first that breaks are not tried. */
export const loggerFindings = Effect.fnUntraced(function* (logger: LoggerPlugin, before: Before) {
  for (const { name, fix, check } of lawsOf(logger)) {
    before(logger.id, name)
    const found = yield* Effect.promise(async () => {
      try {
        return await check()
      } catch (e) {
        return `it throws ${thrown(e)}`
      }
    })
    if (found !== undefined) return [{ subject: logger.id, law: name, found, fix, advice: false } satisfies Finding]
  }
  return []
})
