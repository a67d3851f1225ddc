/** Whether what a configuration names is there: plugins decide, so the schema cannot know. */
import * as E from "fp-ts/lib/Either.js"
import { groupingIds } from "../../algorithms/policygradex/grouping.ts"
import type { Known } from "../../algorithms/policygradex/spec.ts"
import type { RunConfig } from "../../core/pipeline/config.ts"
import { ConfigError, suggestion } from "../failure.ts"

/**
 * The configuration, whose learner and grouping method are known.
 *
 * - Errors: `ConfigError` naming the key and what there is.
 */
export const named = (config: RunConfig, known: Known): E.Either<ConfigError, RunConfig> => {
  const names = [
    ["algorithm.id", "a learner", config.algorithm.id, known.algorithms.map((a) => a.id)],
    ["grouping.method", "a grouping method", config.grouping.method, groupingIds(known.groupings)]
  ] as const
  for (const [key, what, name, valid] of names) {
    if (valid.includes(name)) continue
    const want = `${what} (${valid.join(", ")})`
    const got = JSON.stringify(name)
    return E.left(new ConfigError({ doing: `use ${key}`, key, want, got, fix: suggestion(name, valid) }))
  }
  return E.right(config)
}
