/** What commands that go on from a finished run have in common. */
import { Effect } from "effect"
import { Argument, Flag } from "effect/cli"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../../core/failure/mod.ts"
import { sessionKinds } from "../../pipeline/internal.ts"
import { recordOf } from "../loading/mod.ts"
import { readRun } from "../runs/store/mod.ts"
import { catalogWithPlugins, pluginFlag, trustFlag } from "./plugin_flag.ts"

/** The run, what computes, and the plugins that it needs. */
export const ofRun = {
  run: Argument.String("run").pipe(Argument.withDescription("A run directory, e.g. runs/quick-0")),
  session: Flag.Literals("session", [...sessionKinds]).pipe(
    Flag.withDefault("auto"),
    Flag.withDescription("What computes; wasm: the same bits on every machine")
  ),
  plugin: pluginFlag,
  trust: trustFlag
} as const

/** `--task ID`, any number of times. */
export const taskFlag = (description: string) =>
  Flag.String("task").pipe(Flag.between(0, 1000), Flag.withMetavar("ID"), Flag.withDescription(description))

/** The run and what it was made with. Errors: those of `readRun` and `catalogWithPlugins`. */
export const openRun = Effect.fn("pgex.openRun")(function* (o: {
  readonly run: string
  readonly plugin: readonly string[]
  readonly trust: boolean
}) {
  const { run, store } = yield* readRun(o.run)
  const { catalog, loaded } = yield* catalogWithPlugins({
    asked: o.plugin,
    record: recordOf(o.run, run),
    trust: o.trust
  })
  return { run, store, catalog, loaded }
})

/** Refuses the first flag whose number is below its least one. */
export const atLeast = (
  flags: readonly (readonly [flag: string, least: number, value: number])[]
): E.Either<ArgumentError, undefined> => {
  const low = flags.find(([, least, value]) => value < least)
  return low === undefined ? E.right(undefined) : cannot(`use ${low[0]}`, `a whole number >= ${low[1]}`, String(low[2]))
}
