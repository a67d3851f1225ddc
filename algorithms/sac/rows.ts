/** What an iteration showed, task by task. */
import type { Rows } from "../../envs/mod.ts"
import type { Problem, TaskRow } from "../algorithm.ts"
import { metricNames } from "./mathematics.ts"

/** Sums over an iteration; `take…` adds to them. */
export const tally = (tasks: Problem["tasks"], each: number) => {
  const ended = tasks.map(() => ({ episodes: 0, returns: 0, lengths: 0 }))
  const sums = new Float64Array(metricNames.length * tasks.length)
  let updates = 0
  return {
    /** One step of all environments. */
    takeStep: ({ terminated, truncated, episodeReturn, episodeLength }: Rows): void => {
      for (let e = 0; e < tasks.length * each; e++) {
        if (terminated[e]! + truncated[e]! === 0) continue
        const own = ended[Math.floor(e / each)]!
        own.episodes++
        own.returns += episodeReturn[e]!
        own.lengths += episodeLength[e]!
      }
    },
    /** One update's metrics `[5, T]`. */
    takeUpdate: (values: ArrayLike<number>): void => {
      updates++
      for (let i = 0; i < sums.length; i++) sums[i]! += values[i]!
    },
    rows: (): readonly TaskRow[] =>
      tasks.map(({ id }, t): TaskRow => {
        const { episodes, returns, lengths } = ended[t]!
        return {
          task: id,
          episodes,
          meanReturn: episodes === 0 ? undefined : returns / episodes,
          meanLength: episodes === 0 ? undefined : lengths / episodes,
          metrics: { ...(updates === 0 ? {} : metricsOf(sums, tasks.length, t, updates)), updates }
        }
      })
  }
}

/** Figures of one task under their names. */
export const metricsOf = (values: ArrayLike<number>, tasks: number, task: number, over = 1): Record<string, number> =>
  Object.fromEntries(metricNames.map((name, f) => [name, values[f * tasks + task]! / over]))

/** Tasks with a figure that is not finite. */
export const brokenTasks = (values: ArrayLike<number>, tasks: number): number[] =>
  Array.from({ length: tasks }, (_, t) => t).filter((t) =>
    metricNames.some((_, f) => !Number.isFinite(values[f * tasks + t]!))
  )
