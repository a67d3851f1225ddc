/** Gradients that ask something of an aggregator, for its laws. */
import { child, fillNormal, stream, zeroKey } from "../random/mod.ts"

/** Gradients of some tasks: J `[tasks, size]`, one a row. */
export interface Situation {
  readonly name: string
  readonly tasks: number
  readonly gradients: Float64Array
}

/** G = J Jᵀ: `[tasks, tasks]`. */
export const gramOf = ({ tasks, gradients }: Pick<Situation, "tasks" | "gradients">): Float64Array => {
  const size = gradients.length / tasks
  const gram = new Float64Array(tasks * tasks)
  for (let i = 0; i < tasks; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < size; k++) sum += gradients[i * size + k]! * gradients[j * size + k]!
      gram[i * tasks + j] = gram[j * tasks + i] = sum
    }
  return gram
}

/** Normal numbers, `[tasks, size]`. */
const drawn = (tasks: number, size: number, key = 0): Float64Array => {
  const out = new Float64Array(tasks * size)
  fillNormal(stream(child(zeroKey, "situation", key)), out)
  return out
}

/** Rows of a matrix with `rank` independent ones. */
const dependent = (tasks: number, size: number, rank: number): Float64Array => {
  const [left, right] = [drawn(tasks, rank, 1), drawn(rank, size, 2)]
  return Float64Array.from({ length: tasks * size }, (_, p) => {
    let sum = 0
    for (let r = 0; r < rank; r++) sum += left[Math.floor(p / size) * rank + r]! * right[r * size + (p % size)]!
    return sum
  })
}

/** The rows with `change` made to the last one, from its own numbers and the first row's. */
const lastRow = (tasks: number, size: number, change: (own: number, first: number) => number): Float64Array => {
  const out = drawn(tasks, size)
  for (let k = 0; k < size; k++) out[(tasks - 1) * size + k] = change(out[(tasks - 1) * size + k]!, out[k]!)
  return out
}

const situation = (name: string, tasks: number, gradients: Float64Array): Situation => ({ name, tasks, gradients })

/** Ordinary and odd ones. */
export const situations: readonly Situation[] = [
  situation("two tasks in conflict", 2, Float64Array.of(-4, 1, 1, 6, 1, 1)),
  situation("independent gradients", 4, drawn(4, 9)),
  situation("more tasks than dimensions", 9, drawn(9, 4)),
  situation("dependent gradients", 9, dependent(9, 11, 5)),
  situation("many tasks", 50, drawn(50, 200)),
  situation("no gradient at all", 3, new Float64Array(12)),
  situation(
    "one task without gradient",
    4,
    lastRow(4, 9, () => 0)
  ),
  situation(
    "a task that is there twice",
    4,
    lastRow(4, 9, (_, first) => first)
  ),
  situation(
    "two that differ by a ten-thousandth",
    4,
    lastRow(4, 9, (own, first) => first + 1e-4 * own)
  ),
  situation("opposite gradients", 2, Float64Array.of(1, 2, -1, -1, -2, 1)),
  situation("opposite gradients of different length", 2, Float64Array.of(1, 2, -1, -3, -6, 3)),
  situation(
    "one gradient a thousand times as long",
    4,
    lastRow(4, 9, (own) => 1e3 * own)
  ),
  situation(
    "tiny gradients",
    4,
    drawn(4, 9).map((v) => 1e-12 * v)
  ),
  situation(
    "huge gradients",
    4,
    drawn(4, 9).map((v) => 1e12 * v)
  )
]
