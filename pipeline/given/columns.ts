/** Which columns of given rows are what, and what is told of those that lack. */
import { Effect } from "effect"
import type { Policy } from "../../algorithms/mod.ts"
import { type ArgumentError, argumentError } from "../../core/failure/mod.ts"
import { choices } from "../../core/text/choices.ts"
import { nearest } from "../../core/text/nearest.ts"
import { counted } from "../../core/text/numbers.ts"
import { clipped } from "../../core/text/printable.ts"
import { type ColumnRole, columnNames, columnOf, type RowColumn, type RowSource } from "./rows.ts"

/** The columns of transitions, as far as they are there. */
export type Columns = Partial<Record<ColumnRole, RowColumn>>

const roles: readonly ColumnRole[] = [
  "observation",
  "action",
  "task",
  "environment",
  "advantage",
  "reward",
  "terminated",
  "truncated",
  "logProb",
  "nextObservation",
  "features"
]

/**
 * Which columns there are to read.
 *
 * - Errors: `ArgumentError` naming the column that lacks, the nearest that is there, and sizes that the policy does not take.
 */
export const chosenColumns = (
  source: RowSource,
  policy: Pick<Policy, "inputs" | "actionSize" | "distribution" | "network"> | undefined
): Effect.Effect<Columns, ArgumentError> => {
  const there = source.columns.map((c) => c.name)
  const found: Columns = Object.fromEntries(
    roles.flatMap((role) => {
      const column = columnOf(source, role)
      return column === undefined ? [] : [[role, column] as const]
    })
  )
  const refuse = (want: string, got: string, fix: string) =>
    Effect.fail(argumentError({ doing: `read ${source.name}`, want, got, fix }))
  const needed = policy === undefined ? (["features", "task"] as const) : (["observation", "action", "task"] as const)
  const lacking = needed.find((role) => found[role] === undefined)
  if (lacking !== undefined) {
    const near = misnamed(lacking, there)
    const fix = lacking === "task" && near === "" ? TELL_TASKS : near
    return refuse(`a column ${lacking}`, choices(there, lacking), fix)
  }
  if (found.advantage === undefined && found.reward === undefined) {
    const want = "a column advantage, or reward with terminated and truncated"
    return refuse(want, choices(there, "advantage"), misnamed("advantage", there))
  }
  if (found.advantage === undefined && found.terminated === undefined) {
    const fix = there.some((n) => /^dones?$/.test(n))
      ? "done does not tell an end from a time limit: write terminated and truncated, as Gymnasium has them"
      : misnamed("terminated", there)
    return refuse("terminated and truncated beside reward", choices(there, "terminated"), fix)
  }
  const wide = singles.find((role) => (found[role]?.width ?? 1) !== 1)
  if (wide !== undefined) {
    const { name, width } = found[wide]!
    return refuse(`1 value of ${clipped(name)} a row`, `${width}`, FLATTEN)
  }
  if (policy === undefined) return Effect.succeed(found)
  for (const [role, size] of [["observation", policy.inputs] as const, ["action", policy.actionSize] as const]) {
    const width = found[role]?.width ?? 0
    if (width !== size) {
      const want = `${counted(size, "number")} of ${role} a row, as the policy takes`
      return refuse(want, `${width}`, otherWidth(role, width, policy))
    }
  }
  return Effect.succeed(found)
}

/** Columns of one value a row. */
const singles = ["task", "environment", "advantage", "reward", "terminated", "truncated", "logProb"] as const

const FLATTEN =
  "arrays of steps and environments become rows by x.reshape(-1, …), with a column env that tells the environment"

const TELL_TASKS = "name the column that tells the task by --task-from, or give a file for each task"

/** Why a row has other numbers than the policy takes. */
const otherWidth = (
  role: "observation" | "action",
  width: number,
  { inputs, distribution, network }: Pick<Policy, "inputs" | "distribution" | "network">
): string => {
  if (role === "action") {
    if (distribution === "categorical" && width === network.outputs)
      return "write which action it was: action.argmax(-1)"
  } else if (width === 1) return "where observations are discrete, write them one-hot, as the network sees them"
  else if (width % inputs === 0) return FLATTEN
  return "use the policy that collected these rows"
}

/** What was likely meant: a near name, of those that are not called as another column is; "" where none is near. */
const misnamed = (role: ColumnRole, there: readonly string[]): string => {
  const taken = Object.entries(columnNames).flatMap(([own, others]) => [own, ...others])
  const near = nearest(
    role,
    there.filter((name) => !taken.includes(name))
  )
  return near === undefined ? "" : `did you mean ${clipped(near)}?`
}
