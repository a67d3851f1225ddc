/** Several files of transitions as one, and what tells their tasks. */
import { basename, dirname, extname } from "node:path"
import { Effect, Stream } from "effect"
import { type ArgumentError, argumentError } from "../../../core/failure/mod.ts"
import { choices, suggestion } from "../../../core/text/choices.ts"
import { clipped } from "../../../core/text/printable.ts"
import { columnNames, type RowChunk, type RowColumn, type RowSource } from "../../../pipeline/mod.ts"

const TASK = "task"

const isTask = (name: string): boolean => name === TASK || columnNames.task.some((n) => n === name)

/** One source of all; see `openRows`. */
export const joined = (
  paths: readonly string[],
  sources: readonly RowSource[],
  taskFrom: string | undefined
): Effect.Effect<RowSource, ArgumentError> => {
  const refuse = (want: string, got: string, fix = "") =>
    Effect.fail(argumentError({ doing: `read ${paths[0] ?? "rows"}`, want, got, fix }))
  const [first] = sources
  if (first === undefined) return refuse("a file of transitions", "none")
  const tellsTask = first.columns.some((c) => isTask(c.name))
  const byFile = taskFrom === "file" || (taskFrom === undefined && sources.length > 1 && !tellsTask)
  const told = byFile ? undefined : first.columns.find((c) => c.name === taskFrom)
  if (taskFrom !== undefined && !byFile && told === undefined) {
    const there = ["file", ...first.columns.map((c) => c.name)]
    return refuse(`--task-from ${choices(there, taskFrom)}`, clipped(taskFrom), suggestion(taskFrom, there))
  }
  if (told !== undefined && told.width !== 1) {
    return refuse(`one value of ${clipped(told.name)} a row, to tell tasks by`, `${told.width}`)
  }
  // What was called task is not looked at where something else tells it.
  const kept = (s: RowSource): readonly RowColumn[] =>
    byFile || told !== undefined ? s.columns.filter((c) => c.name === told?.name || !isTask(c.name)) : s.columns
  const same = (s: RowSource): boolean =>
    first.columns.every((c) => s.columns.some((d) => d.name === c.name && d.width === c.width && d.text === c.text))
  const other = sources.find((s) => !same(s))
  if (other !== undefined) return refuse(`the columns of ${first.name} in all files`, `others in ${other.name}`)
  const names = namesOf(paths)
  const nameOf = (name: string): string => (name === told?.name ? TASK : name)
  const columns = kept(first).map((c) => ({ ...c, name: nameOf(c.name) }))
  const read = (s: RowSource, i: number, wanted: readonly string[]) => {
    const own = kept(s).filter((c) => wanted.includes(nameOf(c.name)))
    const task = byFile && wanted.includes(TASK) ? names[i] : undefined
    return Stream.map(
      s.read(own.map((c) => c.name)),
      (chunk): RowChunk => ({
        count: chunk.count,
        numbers: renamed(chunk.numbers, nameOf),
        texts: {
          ...renamed(chunk.texts, nameOf),
          ...(task === undefined ? {} : { [TASK]: new Array<string>(chunk.count).fill(task) })
        }
      })
    )
  }
  return Effect.succeed({
    name: paths.length === 1 ? first.name : `${first.name} and ${paths.length - 1} more`,
    columns: byFile ? [...columns, { name: TASK, width: 1, text: true }] : columns,
    read: (wanted) => sources.map((s, i) => read(s, i, wanted)).reduce((a, b) => Stream.concat(a, b))
  })
}

const renamed = <A>(x: Readonly<Record<string, A>>, nameOf: (name: string) => string): Record<string, A> =>
  Object.fromEntries(Object.entries(x).map(([name, value]) => [nameOf(name), value]))

/** Files by their names without ending, by their folders where those are alike, as Minari's are, or else by their paths. */
const namesOf = (paths: readonly string[]): readonly string[] => {
  const short = paths.map((path) => basename(path, extname(path)))
  const folders = paths.map((path) => dirname(path))
  const above = [folders, folders.map(dirname)].map((all) => all.map((folder) => basename(folder)))
  return [short, ...above].find((names) => new Set(names).size === paths.length) ?? paths
}
