/** A batch of environments that live in Python processes. */

import * as Either from "fp-ts/lib/Either.js"
import { cannot } from "../../core/failure/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import { floatsFromText, type Opening, placeOf, stepFault, taskOf } from "../../envs/internal.ts"
import type { Batch, BatchState, EnvError } from "../../envs/mod.ts"
import type { Child } from "./child.ts"
import type { Reference } from "./environment.ts"
import { envError, type Fault, fault } from "./failure.ts"
import { Anew, Infos } from "./messages.ts"
import { openPart, type Part, type Placed, type Sizes } from "./part.ts"
import { type Episodes, loadEpisodes, makeEpisodes, saveEpisodes } from "./saved.ts"

/** What is opened, and where. */
export interface Where {
  readonly name: string
  readonly reference: Reference
  readonly sizes: Sizes
  /** Processes that may be used; each gets neighbours, as many as the others but one. */
  readonly children: readonly Child[]
  /** Environments that were never played. */
  readonly fresh: boolean
}

/**
 * Opens members in processes. All processes step at the same time, this one waiting.
 *
 * - Errors: `ArgumentError` for no members; what the processes refuse.
 */
export const openBatch = (
  { name, reference, sizes, children, fresh }: Where,
  members: readonly Opening[]
): Either.Either<EnvError, Batch> => {
  const count = members.length
  if (count === 0) return cannot("use members in a batch", "at least one", "none")
  const used = Math.min(children.length, count)
  const begun = children.slice(0, used).map((child, p) => {
    const [from, to] = [Math.floor((p * count) / used), Math.floor(((p + 1) * count) / used)]
    return { from, finish: openPart(child, { ...reference, fresh }, sizes, members.slice(from, to)) }
  })
  // All are waited for, also after a failure: each process has one answer to give.
  const opened = begun.map(({ from, finish }) => Either.map((part: Part): Placed => ({ part, from }))(finish()))
  const failed = opened.find(Either.isLeft)
  const parts = opened.filter(Either.isRight).map((p) => p.right)
  if (failed === undefined) return Either.right(batchOf(name, sizes, members, parts))
  for (const { part } of parts) part.close()
  return Either.left(envError(name, failed.left))
}

const batchOf = (name: string, sizes: Sizes, members: readonly Opening[], parts: readonly Placed[]): Batch => {
  const count = members.length
  const { observation: width, action: actionSize, rewards: rewardSize } = sizes
  const rewards = new Float64Array(count * rewardSize)
  const episodes: Episodes = makeEpisodes(count, width, actionSize)
  let broken: Fault | undefined
  let closed = false
  let misused: EnvError | undefined
  const begun = new Uint8Array(count)
  let waiting = count
  const holds = (i: number): void => {
    waiting -= 1 - begun[i]!
    begun[i] = 1
  }
  /** Says of which task it was, and in which step, where a part tells a member of its own. */
  const located = (f: Fault, from: number): Fault => {
    if (f.place === undefined || "trial" in f.place) return f
    const member = from + f.place.member
    const step = f.place.at === "reset" ? 0 : episodes.lengths[member]! + 1
    return { ...f, where: placeOf(taskOf(members[member]!), step) }
  }
  const fails = <A>(result: Either.Either<Fault, A>, from = 0): result is Either.Left<Fault> => {
    if (Either.isLeft(result)) broken ??= located(result.left, from)
    return Either.isLeft(result)
  }

  const reset: Batch["reset"] = (observation, row = 0) => {
    misused = undefined
    if (broken !== undefined) return
    for (const { part } of parts) if (fails(part.sendReset())) return
    for (const { part, from } of parts) {
      const first = part.reset()
      if (fails(first, from)) return
      observation.set(first.right, (row + from) * width)
      for (let i = 0; i < part.count; i++) {
        episodes.begin(from + i, first.right, i * width)
        holds(from + i)
      }
    }
  }

  const step: Batch["step"] = (actions, rows, row = 0, actionRow = 0) => {
    misused = stepFault(waiting, count, actions.length - actionRow * actionSize, actionSize, rows.reward.length - row)
    if (broken !== undefined || misused !== undefined) return
    const actionOf = (of: number): Floats => actions.subarray(of * actionSize, (of + 1) * actionSize)
    for (const { part, from } of parts) if (fails(part.sendStep(actions, (actionRow + from) * actionSize))) return
    for (const { part, from } of parts) {
      const stepped = part.step()
      if (fails(stepped, from)) return
      const { reward, flags, next, fresh } = stepped.right
      rewards.set(stepped.right.rewards, from * rewardSize)
      rows.nextObservation.set(next, (row + from) * width)
      rows.observation.set(next, (row + from) * width)
      let ended = 0
      for (let i = 0; i < part.count; i++) {
        const [member, to] = [from + i, row + from + i]
        const ends = flags[i]!
        rows.reward[to] = reward[i]!
        rows.terminated[to] = ends & 1
        rows.truncated[to] = ends === 2 ? 1 : 0
        episodes.step(member, actionOf(actionRow + member), reward[i]!, next, i * width)
        rows.episodeReturn[to] = episodes.returns[member]!
        rows.episodeLength[to] = episodes.lengths[member]!
        if (ends === 0) continue
        for (let k = 0; k < width; k++) rows.observation[to * width + k] = fresh[ended * width + k]!
        episodes.begin(member, fresh, ended * width)
        ended++
      }
    }
  }

  const infos = (): Either.Either<Fault, readonly Readonly<Record<string, number>>[]> => {
    if (broken !== undefined) return Either.left(broken)
    const all: Readonly<Record<string, number>>[] = []
    for (const { part } of parts) {
      const told = part.child.call({ do: "infos", batch: part.number }, Infos)
      if (Either.isLeft(told)) return told
      if (told.right.infos.length !== part.count)
        return Either.left(fault("lied", `${part.count} infos`, `${told.right.infos.length}`))
      all.push(...told.right.infos)
    }
    return Either.right(all)
  }

  const anew = (saved: BatchState, observation: Floats): Either.Either<EnvError, void> => {
    for (const { part, from } of parts) {
      const streams = saved.streams.slice(from, from + part.count)
      const told = part.child.call({ do: "anew", batch: part.number, from: 0, streams }, Anew, part.count)
      if (fails(told, from)) return Either.left(envError(name, broken ?? told.left))
      const seen = floatsFromText(told.right.seen)
      if (seen?.length !== part.count * width) {
        broken ??= fault("lied", `${part.count * width} numbers of first observations`, `${seen?.length}`)
        return Either.left(envError(name, broken))
      }
      observation.set(seen, from * width)
      for (let i = 0; i < part.count; i++) {
        episodes.begin(from + i, seen, i * width)
        holds(from + i)
      }
    }
    return Either.right(undefined)
  }

  return {
    count,
    observationSize: width,
    actionSize,
    reset,
    step,
    save: (from = 0, to = count) => {
      const saved = saveEpisodes(parts, episodes, { from, to })
      return fails(saved) ? { states: "", returns: "", lengths: [], streams: [] } : saved.right
    },
    load: (saved, from = 0, to = count) => {
      const loaded = loadEpisodes(name, parts, episodes, saved, { from, to })
      if (Either.isRight(loaded)) for (let i = from; i < to; i++) holds(i)
      return loaded
    },
    fault: () => (broken === undefined ? misused : envError(name, broken)),
    remote: {
      rewardSize,
      rewards,
      infos: () => Either.mapLeft((f: Fault) => envError(name, f))(infos()),
      anew,
      close: () => {
        if (closed) return
        closed = true
        broken ??= fault("closed", "an open batch", "one that was closed")
        for (const { part } of parts) part.close()
      }
    }
  }
}
