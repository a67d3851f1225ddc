/** What each stage of a job took: seconds on the clock, operations and bytes by count of the plans that ran. */
import { Effect } from "effect"
import { monotonicSeconds } from "../../core/service/monotonic.ts"
import { Recovery } from "../../core/service/recovery.ts"
import { type Cost, costBetween, Session, type SessionLost } from "../../core/service/session.ts"

/** Operations and bytes by count (`Cost` says what counts), seconds on the clock. */
export interface Spent extends Cost {
  readonly seconds: number
  /** Of them, before the run was taken up again. */
  readonly secondsBefore?: number
}

export interface Ledger {
  /**
   * Runs a stage, anew on another session where its own is lost, and books what it took. What it cost is what the
   * session of this thread did meanwhile, unless `costOf` tells from the result: for work that other threads do on
   * sessions of their own.
   */
  readonly stage: <A, E, R>(
    name: string,
    work: Effect.Effect<A, E, R>,
    costOf?: (out: A) => Cost
  ) => Effect.Effect<A, E | SessionLost, R>
  /** Books what was spent before the run was taken up again. */
  readonly carry: (name: string, spent: Spent) => void
  readonly of: (name: string) => Spent
  /** By stage, in the order in which stages began. */
  readonly entries: () => readonly (readonly [string, Spent])[]
}

export const makeLedger = Effect.gen(function* () {
  const session = yield* Session
  const recovery = yield* Recovery
  const book = new Map<string, Spent>()
  const add = (name: string, { seconds, flops, bytes }: Spent, before?: number): void => {
    const so = book.get(name) ?? { seconds: 0, flops: 0, bytes: 0 }
    const earlier = before === undefined ? so.secondsBefore : (so.secondsBefore ?? 0) + before
    book.set(name, {
      seconds: so.seconds + seconds,
      flops: so.flops + flops,
      bytes: so.bytes + bytes,
      ...(earlier === undefined ? {} : { secondsBefore: earlier })
    })
  }
  const ledger: Ledger = {
    stage: Effect.fnUntraced(function* (name, work, costOf) {
      const [from, before] = [yield* monotonicSeconds, yield* session.work]
      const out = yield* recovery.stage(name, work)
      const seconds = (yield* monotonicSeconds) - from
      add(name, { seconds, ...(costOf?.(out) ?? costBetween(before, yield* session.work)) })
      return out
    }),
    carry: (name, spent) => add(name, spent, spent.seconds),
    of: (name) => book.get(name) ?? { seconds: 0, flops: 0, bytes: 0 },
    entries: () => [...book]
  }
  return ledger
})
