/** What an iteration showed, task by task. */
import type { Problem, TaskRow } from "../algorithm.ts"
import type { RolloutBuffer } from "../rollouts.ts"
import type { Estimates } from "./advantage.ts"
import type { UpdateReport } from "./update.ts"

/** One row a task, in the problem's order. */
export const taskRows = (
  metrics: readonly string[],
  { tasks, environmentsPerTask: each }: Pick<Problem, "tasks" | "environmentsPerTask">,
  e: RolloutBuffer,
  x: Estimates,
  report: UpdateReport
): readonly TaskRow[] => {
  const envs = tasks.length * each
  const sums = tasks.map(() => ({ episodes: 0, returns: 0, lengths: 0, target: running(), miss: running() }))
  const { terminated, truncated, episodeReturn, episodeLength } = e.rows
  for (let row = 0, env = 0; row < e.count; row++, env = env + 1 === envs ? 0 : env + 1) {
    const own = sums[Math.floor(env / each)]!
    if (terminated[row] === 1 || truncated[row] === 1) {
      own.episodes++
      own.returns += episodeReturn[row]!
      own.lengths += episodeLength[row]!
    }
    take(own.target, x.target[row]!)
    take(own.miss, x.target[row]! - x.value[row]!)
  }
  return tasks.map(({ id }, t): TaskRow => {
    const { episodes, returns, lengths, target, miss } = sums[t]!
    return {
      task: id,
      episodes,
      meanReturn: episodes === 0 ? undefined : returns / episodes,
      meanLength: episodes === 0 ? undefined : lengths / episodes,
      metrics: {
        ...byName(metrics, report.means.subarray(t * metrics.length, (t + 1) * metrics.length)),
        // 1 − Var(R − v)/Var(R): 1 for a perfect value function, 0 for a constant one.
        explainedVariance: target.squares > 0 ? 1 - miss.squares / target.squares : 0,
        gradientNorm: report.gradientNorm
      }
    }
  })
}

/** The update's metrics under their names. */
export const byName = (metrics: readonly string[], values: Float64Array): Record<string, number> =>
  Object.fromEntries(metrics.map((name, f) => [name, values[f]!]))

/** Tasks whose rewards, or whose actions' log-probabilities, are not finite. */
export const brokenTasks = (e: RolloutBuffer, envs: number, tasks: number): number[] => {
  const sums = new Float64Array(tasks)
  const each = envs / tasks
  for (let row = 0, env = 0; row < e.count; row++, env = env + 1 === envs ? 0 : env + 1) {
    sums[Math.floor(env / each)]! += e.rows.reward[row]! + e.logProb[row]!
  }
  return [...sums.keys()].filter((t) => !Number.isFinite(sums[t]!))
}

/** Mean and sum of squared deviations of numbers that come one by one, by Welford's recursion. */
interface Running {
  n: number
  mean: number
  squares: number
}

const running = (): Running => ({ n: 0, mean: 0, squares: 0 })

const take = (r: Running, x: number): void => {
  r.n++
  const before = x - r.mean
  r.mean += before / r.n
  r.squares += before * (x - r.mean)
}
