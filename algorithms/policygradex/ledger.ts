/** What each stage of a job took: seconds on the clock, floating-point operations by count. */
import { Clock, Effect } from "effect"
import { Session } from "../../core/pipeline/session.ts"

export interface Spent {
  readonly seconds: number
  readonly flops: number
}

export interface Ledger {
  /** Runs a stage and books what it took; work done elsewhere is added with `add`. */
  readonly stage: <A, E, R>(name: string, work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  readonly add: (name: string, flops: number) => void
  /** By stage, in the order in which stages began. */
  readonly entries: () => readonly (readonly [string, Spent])[]
}

export const makeLedger = Effect.gen(function* () {
  const session = yield* Session
  const book = new Map<string, Spent>()
  const add = (name: string, seconds: number, flops: number): void => {
    const so = book.get(name) ?? { seconds: 0, flops: 0 }
    book.set(name, { seconds: so.seconds + seconds, flops: so.flops + flops })
  }
  const ledger: Ledger = {
    stage: Effect.fnUntraced(function* (name, work) {
      const [from, before] = [yield* Clock.currentTimeMillis, (yield* session.work).flops]
      const out = yield* work
      add(name, ((yield* Clock.currentTimeMillis) - from) / 1000, (yield* session.work).flops - before)
      return out
    }),
    add: (name, flops) => add(name, 0, flops),
    entries: () => [...book]
  }
  return ledger
})
