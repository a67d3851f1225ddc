/** One task's part of given rows. */
import { mean } from "../../core/stat/mod.ts"
import type { Columns } from "./columns.ts"
import { bytes, doubles, ints } from "./growing.ts"
import type { ColumnRole } from "./rows.ts"

/** What the episodes of a task were like; fields as in `SeenTask`. */
export interface GivenEpisodes {
  readonly episodeLength: number
  readonly episodeReturn: number
  readonly range: readonly [number, number]
  readonly rewards: readonly [number, number]
  /** Steps of the longest one. */
  readonly longest: number
  /** Whether every reward was the same, and nothing ended: no action was better than another. */
  readonly indifferent: boolean
}

/** One task's rows, in their order. */
export interface TaskRows {
  readonly id: string
  readonly count: number
  /** Environments side by side, numbered as they come; 1 where no column tells. */
  readonly environments: number
  /** The environment of each row, `[count]`; empty where no column tells. */
  readonly environment: Int32Array
  /** As given, `[count]`; empty where they are to be estimated. */
  readonly advantage: Float64Array
  /** What they are estimated from, `[count]`; empty where they are given. */
  readonly reward: Float64Array
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
  /** Where rewards are told. */
  readonly episodes?: GivenEpisodes
}

/** Gathers the rows of a task, the `place`th of all. */
export const taskRows = (
  id: string,
  place: number,
  { given, columns }: { readonly given: boolean; readonly columns: Columns }
) => {
  const places = new Map<number, number>()
  const [environment, advantage, reward] = [ints(), doubles(), doubles()]
  const [terminated, truncated] = [bytes(), bytes()]
  const episodes = episodesSoFar()
  let count = 0
  return {
    place,
    take: (cell: (role: ColumnRole) => number): void => {
      count++
      const told = cell("environment")
      const own = places.get(told) ?? places.size
      if (own === places.size) places.set(told, own)
      if (columns.environment !== undefined) environment.push(own)
      if (given) advantage.push(cell("advantage"))
      if (columns.reward === undefined) return
      const [r, ended, cut] = [cell("reward"), cell("terminated") > 0 ? 1 : 0, cell("truncated") > 0 ? 1 : 0]
      episodes.take(own, r, ended, cut)
      if (given) return
      reward.push(r)
      terminated.push(ended)
      truncated.push(cut)
    },
    done: (): TaskRows => ({
      id,
      count,
      environments: places.size,
      environment: environment.done(),
      advantage: advantage.done(),
      reward: reward.done(),
      terminated: terminated.done(),
      truncated: truncated.done(),
      ...(columns.reward === undefined ? {} : { episodes: episodes.done() })
    })
  }
}

/** Episodes of several environments side by side, as their steps come. */
const episodesSoFar = () => {
  const [returns, lengths]: [number[], number[]] = [[], []]
  const running = new Map<number, { total: number; steps: number }>()
  let [least, most, ends] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  return {
    take: (environment: number, reward: number, terminated: number, truncated: number): void => {
      least = Math.min(least, reward)
      most = Math.max(most, reward)
      ends += terminated
      const { total, steps } = running.get(environment) ?? { total: 0, steps: 0 }
      running.set(environment, { total: total + reward, steps: steps + 1 })
      if (terminated + truncated === 0) return
      returns.push(total + reward)
      lengths.push(steps + 1)
      running.delete(environment)
    },
    done: (): GivenEpisodes => {
      const left = [...running.values()]
      const [all, steps] =
        returns.length > 0 ? [returns, lengths] : [left.map((e) => e.total), left.map((e) => e.steps)]
      return {
        episodeLength: mean(steps),
        episodeReturn: mean(all),
        range: [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))],
        rewards: [least, most],
        longest: steps.reduce((a, b) => Math.max(a, b)),
        indifferent: least === most && (least === 0 || ends === 0)
      }
    }
  }
}
