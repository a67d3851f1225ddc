/** What people are told of an environment whose episodes have no time limit. */
import { Effect } from "effect"
import { isEndless, MOST_STEPS } from "../../envs/internal.ts"
import type { Environment } from "../../envs/mod.ts"
import { remark } from "./output.ts"

/** Says when episodes without a time limit are cut, and what names another one. */
export const remarkOnLimit = (environment: Environment): Effect.Effect<void> =>
  isEndless(environment) ? remark(truncated(environment.id)) : Effect.void

const truncated = (id: string): string => {
  const how = id.startsWith("gymnasium:") ? `${id}?max_episode_steps=N names another` : "maxEpisodeSteps is its limit"
  return `episodes of ${id} have no time limit: each is truncated after ${MOST_STEPS} steps; ${how}`
}
