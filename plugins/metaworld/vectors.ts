/** The random vectors that Meta-World's benchmarks draw for their tasks. */
import * as Either from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import { type Mt19937, mt19937, mt19937Uniform } from "../../core/random/mod.ts"
import { distanceXY } from "./measure.ts"
import type { MetaworldTask } from "./task.ts"

/** Vectors of each task of a benchmark. */
export const GOALS = 50

type Box = Pick<MetaworldTask, "low" | "high" | "apart">

/** A vector of the box, drawn until its two points are far enough from each other. */
export const drawVector = ({ low, high, apart }: Box, uniform: (low: number, high: number) => number): Float64Array => {
  const vector = new Float64Array(low.length)
  do for (let i = 0; i < low.length; i++) vector[i] = uniform(low[i]!, high[i]!)
  while (apart > 0 && distanceXY(vector, vector, 0, 3) < apart)
  return vector
}

/**
 * The vectors of some tasks, from one generator over the tasks in their order: of all ten tasks those of `MT10(seed)`, of one
 * those of `MT1(name, seed)`. Each is the second of two draws, as a reset of the reference sets its model up twice.
 *
 * - Shapes: `[tasks][GOALS][3 or 6]`.
 * - Errors: `ArgumentError` unless the seed is a whole number below 2³².
 */
export const benchmarkVectors = (
  tasks: readonly Box[],
  seed: number
): Either.Either<ArgumentError, readonly (readonly Float64Array[])[]> =>
  Either.map((generator: Mt19937) => {
    const uniform = (low: number, high: number): number => mt19937Uniform(generator, low, high)
    return tasks.map((task) =>
      Array.from({ length: GOALS }, () => {
        drawVector(task, uniform)
        return drawVector(task, uniform)
      })
    )
  })(mt19937(seed))
