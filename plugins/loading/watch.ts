/** Checking a plugin in a thread of its own, which is ended where a law finds no end. */
import { resolve } from "node:path"
import { URL } from "node:url"
import { Worker } from "node:worker_threads"
import { Effect, Predicate } from "effect"
import { pluginError } from "./error.ts"
import { LOADING, type PluginReport } from "./report.ts"

/** What the thread says: what it is at, or what came of all. */
export type Told =
  | { readonly at: { readonly subject: string; readonly law: string } }
  | { readonly report: PluginReport }
  | { readonly error: Parameters<typeof pluginError>[0] }

/**
 * `checkPlugin`, where no law may take longer than `seconds`.
 *
 * - Errors: `PluginError` for a module that does not load.
 */
export const watchedCheck = Effect.fn("plugins.watchedCheck")(function* (name: string, seconds: number) {
  const told = yield* Effect.callback<Told>((resume) => {
    const worker = new Worker(new URL("./check_worker.ts", import.meta.url), {
      workerData: { name, base: resolve(".") }
    })
    let at = { subject: name, law: "its thread starts" }
    const late = (): void => over(report(at, `no end within ${seconds} s`))
    let clock = setTimeout(late, 1000 * seconds)
    const over = (last: Told): void => {
      clearTimeout(clock)
      resume(
        Effect.as(
          Effect.promise(() => worker.terminate()),
          last
        )
      )
    }
    worker.on("message", (message: Told) => {
      if (!("at" in message)) return over(message)
      at = message.at
      clearTimeout(clock)
      clock = setTimeout(late, 1000 * seconds)
    })
    worker.on("exit", (code: number) => over(report(at, `its thread ends, with code ${code}`)))
    worker.on("error", (e: unknown) =>
      over(report(at, `the thread ends: ${Predicate.hasProperty(e, "message") ? String(e.message) : String(e)}`))
    )
    return Effect.promise(async () => {
      clearTimeout(clock)
      await worker.terminate()
    })
  })
  if ("error" in told) return yield* Effect.fail(pluginError(told.error))
  return "report" in told ? told.report : yield* Effect.die("a report that is none")
})

const FIXES = {
  loading: "a plugin only defines values; nothing may wait, loop or end the process while it loads",
  later: "look for a loop in reset(), step() or observe() that may never end, or give it longer with --timeout"
}

const report = ({ subject, law }: { readonly subject: string; readonly law: string }, found: string): Told => {
  const fix = law === LOADING ? FIXES.loading : FIXES.later
  return { report: { plugin: null, subjects: [], findings: [{ subject, law, found, fix, advice: false }] } }
}
