/** MT10 and MT1 as families of tasks. */
import * as Either from "fp-ts/lib/Either.js"
import { integers, type Key, stream, uniform } from "../../core/random/mod.ts"
import { type Environment, type Family, family, integer, type Params } from "../../envs/mod.ts"
import { metaworldMt10, metaworldTasks } from "./environments.ts"
import { mt10 } from "./mt10.ts"
import type { MetaworldTask } from "./task.ts"
import { benchmarkVectors, drawVector, GOALS } from "./vectors.ts"

const SEEDS = 2 ** 32

const seed = integer(0, "", 0, SEEDS - 1, "the benchmark's seed, which decides the random vectors")

/** The ten tasks of MT10, each with its 50 vectors; further tasks are these under other seeds. */
const tenTasks: Family = family({
  id: "metaworld-mt10",
  summary: "The ten tasks of Meta-World's MT10, 50 goals each",
  environment: metaworldMt10,
  options: { n: integer(mt10.length, "tasks", 1, mt10.length, "how many, from the first on"), seed },
  tasks: (o) => ({ tasks: mt10.slice(0, o.n).map(({ id }) => ({ id, params: { task: id, seed: o.seed } })) }),
  draw: (o, key, count) => {
    const source = stream(key)
    const tasks = Array.from({ length: count }, (_, i) => {
      const { id } = mt10[i % o.n]!
      const params = { task: id, seed: integers(source, 0, SEEDS) }
      return { id: `${id},seed=${params.seed},${Math.floor(i / o.n)}`, params }
    })
    return { tasks }
  }
})

const paramsOf = (vector: Float64Array): Params => ({ rand_vec: [...vector].join(",") })

/** The 50 goals of a task's MT1; further ones are drawn from the same box. */
const goals = (task: MetaworldTask, environment: Environment): Family =>
  family({
    id: `metaworld-mt1-${task.id}`,
    summary: `The ${GOALS} goals of Meta-World's MT1 of ${task.id}`,
    environment,
    options: { n: integer(10, "tasks", 1, GOALS, `how many of the ${GOALS} goals, from the first on`), seed },
    tasks: (o) => {
      const drawn = Either.getOrElse((): readonly (readonly Float64Array[])[] => [])(benchmarkVectors([task], o.seed))
      return {
        tasks: (drawn[0] ?? []).slice(0, o.n).map((v, i) => ({ id: `seed=${o.seed},goal=${i}`, params: paramsOf(v) }))
      }
    },
    draw: (_, key: Key, count) => {
      const source = stream(key)
      const draw = (): Float64Array => drawVector(task, (low, high) => uniform(source, low, high))
      return { tasks: Array.from({ length: count }, (_, i) => ({ id: `drawn=${i}`, params: paramsOf(draw()) })) }
    }
  })

/** MT10 first, then MT1 of each of its tasks. */
export const metaworldFamilies: readonly Family[] = [tenTasks, ...mt10.map((t, i) => goals(t, metaworldTasks[i]!))]
