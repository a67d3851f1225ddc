/** Which episodes succeeded: native environments tell it of the state at the end, others beside their steps. */
import * as E from "fp-ts/lib/Either.js"
import type { Batch, EnvError, Rows } from "../envs/mod.ts"

/** Names under which environments elsewhere tell it: Meta-World's and Gymnasium-Robotics'. */
const names = ["success", "is_success"] as const

/** Whether the numbers beside a step tell of success; undefined where they do not. */
const successOf = (info: Readonly<Record<string, number>>): boolean | undefined => {
  const told = names.flatMap((name) => info[name] ?? [])
  return told.length === 0 ? undefined : told.some((x) => x > 0)
}

/** Keeps count of one batch's episodes. */
export interface Successes {
  /** After each step of the batch. Errors: what the environments could not tell. */
  readonly step: (rows: Rows) => E.Either<EnvError, void>
  /** The first `quota` episodes of environment i that ended; undefined where its environment does not tell. */
  readonly of: (i: number, quota: number) => readonly boolean[] | undefined
}

/**
 * Follows the episodes of a batch. One of a native environment succeeds as its {@link Batch.succeeded} says; one
 * elsewhere where any of its steps does.
 *
 * Asking elsewhere costs a message, so an environment that tells nothing beside its first step is asked at ends only.
 */
export const successes = (batch: Batch): Successes => {
  const { remote, count } = batch
  const ended: (boolean | undefined)[][] = Array.from({ length: count }, () => [])
  const of: Successes["of"] = (i, quota) => {
    const mine = ended[i]!.slice(0, quota)
    const known = mine.filter((s) => s !== undefined)
    return known.length === mine.length ? known : undefined
  }
  const ends = (rows: Rows, i: number): boolean => rows.terminated[i]! + rows.truncated[i]! > 0
  if (remote === undefined) {
    return {
      of,
      step: (rows) => {
        for (let i = 0; i < count; i++) if (ends(rows, i)) ended[i]!.push(batch.succeeded?.(i))
        return E.right(undefined)
      }
    }
  }
  const running = new Array<boolean>(count).fill(false)
  let always: boolean | undefined
  return {
    of,
    step: (rows) => {
      if (always === false && !running.some((_, i) => ends(rows, i))) return E.right(undefined)
      const told = remote.infos()
      if (E.isLeft(told)) return told
      const now = told.right.map(successOf)
      always ??= now.some((s) => s !== undefined)
      for (let i = 0; i < count; i++) {
        running[i] = running[i]! || now[i] === true
        if (!ends(rows, i)) continue
        ended[i]!.push(now[i] === undefined ? undefined : running[i]!)
        running[i] = false
      }
      return E.right(undefined)
    }
  }
}
