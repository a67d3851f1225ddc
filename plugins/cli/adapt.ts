/** `pgex evaluate RUN --adapt N`: adaptation to unseen tasks, by worker threads where that helps. */

import { Effect, Layer } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { Key } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import type { RunStoreService } from "../../core/service/run_store.ts"
import { Session } from "../../core/service/session.ts"
import { show } from "../../core/text/numbers.ts"
import { clipped } from "../../core/text/printable.ts"
import { findFamily } from "../../envs/mod.ts"
import type { SessionKind } from "../../pipeline/internal.ts"
import { decodeConfig } from "../config/mod.ts"
import { catalogWith } from "../loading/catalog/mod.ts"
import type { Loaded } from "../loading/mod.ts"
import { type AdaptationWorth, adaptRun, type RunAdaptationOptions } from "../runs/adapt_run.ts"
import { progressDisplay } from "../runs/progress.ts"
import type { RunFile } from "../runs/store/mod.ts"
import { runSession } from "../sessions/mod.ts"
import { workersLayer } from "../workers/mod.ts"
import { remarkOnLimit } from "./endless.ts"
import { aligned, percentOrNone, remark } from "./output.ts"

/** Adapts the run's θ★ and tells of it, in a session of that kind. */
export const adapted = Effect.fn("pgex.evaluate.adapt")(function* (
  { run, store }: { readonly run: Pick<RunFile, "config">; readonly store: RunStoreService },
  loaded: Loaded,
  sessionKind: SessionKind,
  options: RunAdaptationOptions,
  key: Key
) {
  const config = yield* fromEither(decodeConfig(run.config, `${store.directory}/run.json`))
  const catalog = catalogWith(loaded)
  const family = findFamily(catalog.registry, config.family.id)
  // One that is not there is told of by what draws its tasks.
  if (E.isRight(family)) yield* remarkOnLimit(family.right.environment)
  const { session, kind, did } = yield* runSession(sessionKind, remark)
  const plugins = loaded.plugins.map((p) => p.file)
  const workers = workersLayer({ workers: config.workers, sessionKind: kind, note: remark, did, plugins, catalog })
  const worth = yield* adaptRun(store, config, catalog, options, key).pipe(
    Effect.provide(Layer.provideMerge(workers, Layer.succeed(Session)(session))),
    Effect.provide(progressDisplay())
  )
  return { worth, text: describe(worth) }
})

const describe = (w: AdaptationWorth): string => {
  const success = w.successRate !== undefined
  const { before, after, gain } = w
  const told = w.tasks.some((t) => t.toldAs !== undefined)
  const table = [
    ["task", ...(told ? ["told as"] : []), "before", "after", "gain", ...(success ? ["success before", "after"] : [])],
    ...w.tasks.map(({ task, toldAs, before, after }) => [
      clipped(task),
      ...(toldAs === undefined ? [] : [clipped(toldAs)]),
      show(before.meanReturn),
      show(after.meanReturn),
      show(after.meanReturn - before.meanReturn),
      ...(success ? [percentOrNone(before.successRate), percentOrNone(after.successRate)] : [])
    ])
  ]
  const within = (i: AdaptationWorth["gain"]) => `${show(i.estimate)} (${show(i.low)} to ${show(i.high)})`
  const rates = success
    ? `; success ${percentOrNone(w.successRate?.before)}, then ${percentOrNone(w.successRate?.after)}`
    : ""
  const how = `${w.actions === "mode" ? "most probable" : "drawn"} actions, ${w.episodes} episodes a task`
  return [
    ...aligned(table),
    "",
    `${w.tasks.length} unseen tasks of ${w.family}, interquartile mean: before ${within(before)}, after ${within(after)}`,
    `gain ${within(gain)}${rates}`,
    `${w.steps} ${w.by === "training" ? "iterations" : w.by} of ${w.algorithm} a task, ${w.stepsPerTask} environment steps each; ${how}`
  ].join("\n")
}
