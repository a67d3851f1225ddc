/** Whether what a configuration names is there and goes together: plugins decide, so the schema cannot know. */

import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { aggregatorIds, architectures, makeAggregator, settingsOf } from "../../algorithms/internal.ts"
import { type ArgumentError, cannot } from "../../core/failure/mod.ts"
import { choices, suggestion } from "../../core/text/choices.ts"
import { shown } from "../../core/text/shown.ts"
import { findFamily } from "../../envs/mod.ts"
import { describe, groupingIds, learnersFor } from "../../pipeline/internal.ts"
import type { Catalog, RunConfig } from "../../pipeline/mod.ts"

/**
 * The configuration, whose learner, combination of gradients and grouping method are known and whose learner takes the family's actions; with all
 * settings of that learner, and no other's.
 *
 * - Errors: `ArgumentError` naming the key and what there is.
 */
export const named = (config: RunConfig, catalog: Catalog): E.Either<ArgumentError, RunConfig> => {
  const { use, selection } = config
  const metaLearners = catalog.algorithms.filter((a) => a.adapter !== undefined).map((a) => a.id)
  const networks = (catalog.architectures ?? architectures).map((a) => a.id)
  const names = [
    ...(use === "select" ? [["selection.learner", "a meta-learner", selection.learner, metaLearners] as const] : []),
    ["algorithm.id", "a learner", config.algorithm.id, catalog.algorithms.map((a) => a.id)],
    ["aggregator.id", "a combination of task gradients", config.aggregator.id, aggregatorIds(catalog.aggregators)],
    ["grouping.method", "a grouping method", config.grouping.method, groupingIds(catalog.groupings)],
    ...(selection.architectures ?? []).map(
      (id) => ["selection.architectures", "an architecture", id, networks] as const
    )
  ] as const
  for (const [key, what, name, valid] of names) {
    if (valid.includes(name)) continue
    return refused(key, `${what} (${choices(valid, name)})`, name, suggestion(name, valid))
  }
  return pipe(
    takesActions(config, catalog),
    E.chain(() => makeAggregator(config.aggregator, catalog.aggregators)),
    E.chain(() => complete(config, catalog))
  )
}

/** A family that there is none of is refused by whoever asks it for its tasks. */
const takesActions = ({ algorithm, family }: RunConfig, catalog: Catalog): E.Either<ArgumentError, unknown> => {
  const found = findFamily(catalog.registry, family.id)
  if (E.isLeft(found)) return E.right(undefined)
  const { environment } = found.right
  const fitting = learnersFor(environment, catalog.algorithms)
  if (fitting.includes(algorithm.id)) return E.right(undefined)
  const want = `a learner for the ${describe(environment.action)} of ${family.id} (${choices(fitting, algorithm.id)})`
  const fix = `set algorithm.id to one of these, or family.id to a family whose actions ${algorithm.id} takes`
  return refused("algorithm.id", want, algorithm.id, fix)
}

/** All settings of every learner that has some here; those of the learners that train, whole. */
const complete = (config: RunConfig, { algorithms }: Catalog): E.Either<ArgumentError, RunConfig> => {
  const { id, ...given } = config.algorithm
  const ids = algorithms.map((a) => a.id)
  const stranger = Object.keys(given).find((key) => !ids.includes(key))
  if (stranger !== undefined) {
    return refused(
      `algorithm.${stranger}`,
      `a learner (${choices(ids, stranger)})`,
      stranger,
      suggestion(stranger, ids)
    )
  }
  const training = [id, ...(config.use === "select" ? [config.selection.learner] : [])]
  let algorithm: RunConfig["algorithm"] = { id }
  for (const learner of algorithms) {
    if (!training.includes(learner.id) && given[learner.id] === undefined) continue
    const settings = settingsOf(learner, given[learner.id] ?? {})
    if (E.isLeft(settings)) return settings
    if (training.includes(learner.id)) algorithm = { ...algorithm, [learner.id]: settings.right }
  }
  return E.right({ ...config, algorithm })
}

const refused = (key: string, want: string, got: string, fix: string) => cannot(`use ${key}`, want, shown(got), fix)
