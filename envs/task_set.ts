/** What every family's tasks are held to, wherever the family comes from. */
import * as Either from "fp-ts/lib/Either.js"
import { repeated } from "../core/text/repeated.ts"
import { shown } from "../core/text/shown.ts"
import { type EnvError, type TaskSetError, taskSetError } from "./error.ts"
import type { Family, TaskSet } from "./family.ts"

/**
 * The same family, whose tasks have ids that differ, one planted label each where groups are planted, and the family's
 * environment.
 *
 * Two tasks of one id would share rows, files and groups without a word.
 *
 * - Errors: those of the family; `TaskSetError` naming the places of what is wrong.
 */
export const checkedFamily = (family: Family): Family => ({
  ...family,
  tasks: (options) => Either.chain((set: TaskSet) => checkedTasks(family, set))(family.tasks(options)),
  draw: (options, key, count) =>
    Either.chain((set: TaskSet) => checkedTasks(family, set))(family.draw(options, key, count))
})

/** The tasks, if they are what the contract of `Family` says. Errors: `TaskSetError`. */
export const checkedTasks = (
  { id, environment }: Pick<Family, "id" | "environment">,
  set: TaskSet
): Either.Either<EnvError, TaskSet> => {
  const twice = repeated(set.tasks.map((t) => t.id))
  if (twice !== undefined) {
    const got = `${shown(twice.name)} for tasks[${twice.first}] and tasks[${twice.second}]`
    return Either.left(
      wrong(id, "task ids", "a different one for each task", got, "ask for fewer tasks or wider options")
    )
  }
  const other = set.tasks.findIndex((t) => t.environment !== environment.id)
  if (other >= 0) {
    const got = set.tasks[other]!.environment
    return Either.left(wrong(id, `tasks[${other}].environment`, environment.id, got, "all tasks share the family's"))
  }
  if (set.planted !== undefined && set.planted.length !== set.tasks.length) {
    const want = `${set.tasks.length} labels, one a task`
    return Either.left(
      wrong(id, "planted", want, String(set.planted.length), "leave it out where groups are not known")
    )
  }
  return Either.right(set)
}

const wrong = (family: string, field: string, want: string, got: string, fix: string): TaskSetError =>
  taskSetError({ doing: `use ${field} of family ${family}`, want, got, fix, field })
