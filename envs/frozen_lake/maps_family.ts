import * as Either from "fp-ts/lib/Either.js"
import { child, integers, type Key, key, stream } from "../../core/random/mod.ts"
import type { Environment } from "../env.ts"
import { type EnvError, optionError } from "../error.ts"
import type { Family, Task, TaskSet } from "../family.ts"
import { flag, integer, number, type Params, type Resolved, resolve, text } from "../parameter.ts"
import { frozenLake, frozenLake8x8, REWARDS } from "./frozen_lake.ts"
import { randomMap } from "./lake.ts"

/** Seeds of drawn maps lie above those that people count. */
const SEEDS = 2 ** 31

const optionsOf = (size: number) => ({
  n: integer(20, "tasks", 1, 1000, "number of tasks"),
  size: integer(size, "cells", 2, size, "cells along a side"),
  p: number(0.7, "", 0.1, 1, "probability that a cell is frozen; the paper: 0.7, and 0.9 for maps that are more alike"),
  seed: integer(0, "", 0, SEEDS, "task i has Gymnasium's map of seed + i"),
  is_slippery: flag(true, "whether a move may go at right angles to its direction"),
  success_rate: number(1 / 3, "", 0, 1, "probability of the intended direction on slippery ice"),
  reward_schedule: text("1,-1,0", REWARDS.pattern, REWARDS.want, ["1,0,0"], REWARDS.meaning)
})
type Options = Resolved<ReturnType<typeof optionsOf>>

/**
 * Lakes with holes in random places: task i has `generate_random_map(size, p, seed + i)`.
 *
 * - Source: "Meta-reinforcement learning with universal policy adaptation", appendix A: 20 tasks, holes with probability
 *   0.3 or 0.1, reward 1 at the goal and −1 in a hole, discount 0.8. It does not say the size of its maps.
 */
const mapsFamily = (id: string, environment: Environment, size: number): Family => {
  const options = optionsOf(size)
  const taskOf = (o: Options, seed: number): Either.Either<EnvError, Task> =>
    Either.map((rows: readonly string[]): Task => {
      const { is_slippery, success_rate, reward_schedule } = o
      const params = { desc: rows.join(","), is_slippery, success_rate, reward_schedule }
      return { id: `map=${seed}`, environment: environment.id, params }
    })(Either.chain((k: Key) => randomMap(o.size, o.p, k))(keyOf(id, seed)))
  const taskSet = (given: Params, seeds: (o: Options) => readonly number[]): Either.Either<EnvError, TaskSet> =>
    Either.chain((o: Options) =>
      Either.map((tasks: readonly Task[]) => ({ tasks, planted: undefined }))(
        Either.traverseArray((seed: number) => taskOf(o, seed))(seeds(o))
      )
    )(resolve(id, "option", options, given))
  return {
    id,
    summary: `Frozen lakes with holes in random places, ${size} x ${size} by default`,
    environment,
    options,
    tasks: (given) => taskSet(given, (o) => Array.from({ length: o.n }, (_, i) => o.seed + i)),
    draw: (given, from, count) =>
      taskSet(given, () => {
        const source = stream(child(from, id))
        const seeds = new Set<number>()
        while (seeds.size < count) seeds.add(integers(source, SEEDS, 2 * SEEDS))
        return [...seeds]
      })
  }
}

const keyOf = (id: string, seed: number): Either.Either<EnvError, Key> =>
  Either.mapLeft(({ want }: { readonly want: string }) => optionError(id, "seed", seed, want))(key(seed))

/** Maps of at most 4 x 4 cells. */
export const frozenLakeMaps: Family = mapsFamily("frozenlake-maps", frozenLake, 4)

/** Maps of at most 8 x 8 cells. */
export const frozenLake8x8Maps: Family = mapsFamily("frozenlake8x8-maps", frozenLake8x8, 8)
