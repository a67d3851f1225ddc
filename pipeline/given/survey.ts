/** The first pass over given rows: which tasks there are, what their episodes were like, and whether every number can be used. */
import { Effect, Stream } from "effect"
import type { Policy } from "../../algorithms/mod.ts"
import { argumentError } from "../../core/failure/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import { counted } from "../../core/text/numbers.ts"
import { clipped } from "../../core/text/printable.ts"
import type { Columns } from "./columns.ts"
import { ints } from "./growing.ts"
import type { ColumnRole, RowChunk, RowSource } from "./rows.ts"
import { type TaskRows, taskRows } from "./task_rows.ts"

/** What the first pass finds. */
export interface Survey {
  readonly tasks: readonly TaskRows[]
  /** The task of each row, −1 of those that are left out. */
  readonly taskOf: Int32Array
  readonly dropped: number
  /** Mean and variance of each number of an observation. */
  readonly observation: { readonly mean: Float64Array; readonly variance: Float64Array }
  /** The largest number of an action, without its sign. */
  readonly largestAction: number
}

/** Rows of a task, at least: from fewer no noise can be told. */
const FEWEST_ROWS = 64

/**
 * Reads all rows once. With `dropNaN` those are left out that hold a number that is not finite.
 *
 * - Errors: `ArgumentError` for numbers that are not finite, counted by column with the first row named; whole actions out of range;
 *   fewer than two tasks; a task of too few rows, or whose advantages are all 0. `FileError`.
 */
export const survey = Effect.fn("given.survey")(function* (
  source: RowSource,
  columns: Columns,
  policy: Policy | undefined,
  dropNaN = false
) {
  const given = columns.advantage !== undefined
  const parts = new Map<string, ReturnType<typeof taskRows>>()
  const taskOf = ints()
  const flaws = flawsIn(columns, policy)
  const moments = momentsOf(columns, policy)
  let row = 0
  const take = (chunk: RowChunk): void => {
    const cell = (role: ColumnRole, r: number): number => chunk.numbers[columns[role]?.name ?? ""]?.[r] ?? 0
    for (let r = 0; r < chunk.count; r++, row++) {
      if (flaws.drops(chunk, r, row)) {
        taskOf.push(-1)
        continue
      }
      const name = columns.task?.name ?? ""
      const id = chunk.texts[name]?.[r] ?? String(chunk.numbers[name]?.[r])
      const part = parts.get(id) ?? taskRows(id, parts.size, { given, columns })
      if (part.place === parts.size) parts.set(id, part)
      taskOf.push(part.place)
      part.take((role) => cell(role, r))
      moments.take(chunk, r)
    }
  }
  const pass = source.read(Object.values(columns).map((c) => c.name))
  yield* Stream.runForEach(pass, (chunk) => Effect.sync(() => take(chunk)))
  const refuse = (want: string, got: string, fix = "") =>
    Effect.fail(argumentError({ doing: `read ${source.name}`, want, got, fix }))
  if (flaws.dropped() > 0 && !dropNaN) {
    return yield* refuse("finite numbers", flaws.text(), "leave these rows out with --drop-nan")
  }
  const range = flaws.outOfRange()
  if (range !== undefined) return yield* refuse(range.want, range.got)
  const tasks = [...parts.values()].map((p) => p.done())
  const [only] = tasks
  if (tasks.length < 2) {
    const got = only === undefined ? "no row" : `one: ${clipped(only.id)}`
    return yield* refuse("two tasks at least", got, "tell tasks apart by a column task, or by --task-from file")
  }
  const small = tasks.find((t) => t.count < FEWEST_ROWS)
  if (small !== undefined) {
    return yield* refuse(`${FEWEST_ROWS} rows of every task at least`, `${small.count} of ${clipped(small.id)}`)
  }
  const idle = given ? tasks.find((t) => t.advantage.every((a) => a === 0)) : undefined
  if (idle !== undefined) {
    const fix = "leave the column out, and have advantages estimated from reward"
    return yield* refuse(`advantages of ${clipped(idle.id)} that differ`, "all 0", fix)
  }
  return { tasks, taskOf: taskOf.done(), dropped: flaws.dropped(), ...moments.done() } satisfies Survey
})

/** What is wrong with numbers: those that are not finite, and whole actions that the policy has none of. */
const flawsIn = (columns: Columns, policy: Policy | undefined) => {
  const finite = Object.values(columns).filter(
    (c) => c.text === undefined && c !== columns.task && c !== columns.environment
  )
  const odd = new Map<string, { count: number; readonly row: number }>()
  const action = columns.action?.name ?? ""
  const discrete = policy?.spaces.action._tag === "Discrete" ? policy.spaces.action.n : undefined
  let dropped = 0
  let wrong: string | undefined
  return {
    /** Whether a row of a chunk is to be left out. */
    drops: (chunk: RowChunk, r: number, row: number): boolean => {
      const bad = finite.find((c) => !allFinite(chunk.numbers[c.name]!, r * c.width, c.width))
      if (bad !== undefined) {
        const seen = odd.get(bad.name)
        if (seen === undefined) odd.set(bad.name, { count: 1, row })
        else seen.count++
        dropped++
        return true
      }
      if (discrete === undefined || wrong !== undefined) return false
      const a = chunk.numbers[action]![r]!
      if (!(Number.isInteger(a) && a >= 0 && a < discrete)) wrong = `${a} in row ${row}`
      return false
    },
    dropped: () => dropped,
    text: () =>
      [...odd]
        .map(
          ([name, { count, row }]) => `${counted(count, "row")} of ${clipped(name)} that are not, the first row ${row}`
        )
        .join("; "),
    outOfRange: () =>
      wrong === undefined
        ? undefined
        : { want: `whole actions from 0 to ${(discrete ?? 0) - 1}, as the policy has them`, got: wrong }
  }
}

const allFinite = (x: Floats, from: number, count: number): boolean => {
  for (let i = from; i < from + count; i++) if (!Number.isFinite(x[i]!)) return false
  return true
}

/** Moments of observations, and the largest action. */
const momentsOf = ({ observation, action }: Columns, policy: Policy | undefined) => {
  const width = policy === undefined ? 0 : (observation?.width ?? 0)
  const actions = policy?.actionSize ?? 0
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)]
  let [count, largest] = [0, 0]
  return {
    take: (chunk: RowChunk, r: number): void => {
      count++
      const seen = chunk.numbers[observation?.name ?? ""]
      for (let i = 0; i < width; i++) {
        const x = seen![r * width + i]!
        sums[i]! += x
        squares[i]! += x * x
      }
      const done = chunk.numbers[action?.name ?? ""]
      for (let i = r * actions; i < (r + 1) * actions; i++) largest = Math.max(largest, Math.abs(done![i]!))
    },
    done: (): Pick<Survey, "observation" | "largestAction"> => {
      const mean = sums.map((s) => s / count)
      return {
        observation: { mean, variance: squares.map((s, i) => Math.max(0, s / count - mean[i]! * mean[i]!)) },
        largestAction: largest
      }
    }
  }
}
