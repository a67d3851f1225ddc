/** Which episodes succeeded, as environments that are elsewhere tell it beside their steps. */
import * as E from "fp-ts/lib/Either.js"
import type { EnvError } from "../envs/error.ts"
import type { Batch, Rows } from "../envs/vector.ts"

/** Names under which environments tell it: Meta-World's and Gymnasium-Robotics'. */
const names = ["success", "is_success"] as const

/** Whether the numbers beside a step tell of success; undefined where they do not. */
export const successOf = (info: Readonly<Record<string, number>>): boolean | undefined => {
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
 * Follows the episodes of a batch. An episode succeeds where any of its steps does.
 *
 * Asking costs a message, so an environment that tells nothing beside its first step is asked at ends only.
 */
export const successes = (batch: Batch): Successes => {
  const { elsewhere, count } = batch
  if (elsewhere === undefined) return { step: () => E.right(undefined), of: () => undefined }
  const running = new Array<boolean>(count).fill(false)
  const ended: (boolean | undefined)[][] = Array.from({ length: count }, () => [])
  let always: boolean | undefined
  return {
    step: (rows) => {
      const ends = (i: number): boolean => rows.terminated[i]! + rows.truncated[i]! > 0
      if (always === false && !running.some((_, i) => ends(i))) return E.right(undefined)
      const told = elsewhere.infos()
      if (E.isLeft(told)) return told
      const now = told.right.map(successOf)
      always ??= now.some((s) => s !== undefined)
      for (let i = 0; i < count; i++) {
        running[i] = running[i]! || now[i] === true
        if (!ends(i)) continue
        ended[i]!.push(now[i] === undefined ? undefined : running[i]!)
        running[i] = false
      }
      return E.right(undefined)
    },
    of: (i, quota) => {
      const mine = ended[i]!.slice(0, quota)
      const known = mine.filter((s) => s !== undefined)
      return known.length === mine.length ? known : undefined
    }
  }
}
