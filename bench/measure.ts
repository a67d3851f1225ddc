/** Measures the works of a suite: both sides in turn, never at the same time. */
import { Effect, Result } from "effect"
import { type Learning, learningOf, OURS } from "./learning.ts"
import type { Peers } from "./peer_process.ts"
import { type Row, row, spread } from "./report.ts"
import type { BenchFailed, Opponent, Sample, Sampler, Side, Work } from "./suite.ts"

/** The measurements of one side so far, and what ended them early. */
interface Taken {
  readonly sampler: Sampler | undefined
  readonly samples: Sample[]
  failure: string
}

/** What one work came to. */
export interface Measured {
  /** One for each opponent. */
  readonly rows: readonly Row[]
  /** One for each side that learnt; empty where the work is no training. */
  readonly learning: readonly Learning[]
}

/**
 * Measures one work. A side that fails leaves its figure out and its reason in the note.
 *
 * Rounds go A B A B, so that a machine that gets slower or faster while they run does so to both sides; one round
 * before them is not counted (unless the work is `cold`).
 */
export const measure = Effect.fn("bench.measure")(function* (work: Work, peers: Peers | undefined) {
  const ours = yield* prepare(work.ours)
  const theirs = yield* Effect.forEach(work.opponents, (opponent) => against(opponent, peers))
  const sides = [ours, ...theirs]
  if (work.cold !== true) {
    for (const side of sides) yield* take(side)
    for (const side of sides) if (side.failure === "") side.samples.length = 0
  }
  for (let round = 0; round < work.rounds; round++) for (const side of sides) yield* take(side)
  const rows = work.opponents.map((opponent, i): Row => {
    const other = theirs[i]!
    const values = "floor" in opponent ? [opponent.floor] : other.samples.map((s) => s.value)
    const what = { work: work.work, unit: work.unit, peer: opponent.peer, goal: opponent.goal }
    const notes = [ours.failure, other.failure, disagreement(work.agree, ours.samples, other.samples)]
    return row(
      what,
      ours.samples.map((s) => s.value),
      values,
      notes.filter((n) => n !== "").join("; ")
    )
  })
  const learning = sides.flatMap((side, i) => {
    const runs = side.samples.flatMap((s) => s.training ?? [])
    const rate = spread(side.samples.map((s) => s.value))?.median
    return learningOf(work.work, work.opponents[i - 1]?.peer ?? OURS, rate, runs) ?? []
  })
  return { rows, learning } satisfies Measured
}, Effect.scoped)

/** Empty where the answers agree or there are none to compare, else the largest relative difference, in words. */
export const disagreement = (
  tolerance: number | undefined,
  ours: readonly Sample[],
  theirs: readonly Sample[]
): string => {
  const [a, b] = [ours.at(-1)?.answers, theirs.at(-1)?.answers]
  if (tolerance === undefined || a === undefined || b === undefined) return ""
  if (a.length !== b.length) return `${a.length} answers against ${b.length}`
  const off = a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!) / Math.max(Math.abs(b[i]!), 1e-300)), 0)
  return off <= tolerance ? "" : `answers differ by ${off.toExponential(1)} relative, wanted ${tolerance}`
}

const prepare = (side: Side) =>
  Effect.map(Effect.result(side), (ready): Taken => {
    const failure = Result.isFailure(ready) ? ready.failure.message : ""
    return { sampler: Result.isSuccess(ready) ? ready.success : undefined, samples: [], failure }
  })

const against = (opponent: Opponent, peers: Peers | undefined) => {
  if ("rival" in opponent) return prepare(opponent.rival)
  if ("floor" in opponent) return Effect.succeed<Taken>({ sampler: undefined, samples: [], failure: "" })
  if (peers !== undefined) return prepare(Effect.succeed(peers.ask(opponent.ask)))
  return Effect.succeed<Taken>({ sampler: undefined, samples: [], failure: "not measured: needs --peers" })
}

const take = (side: Taken): Effect.Effect<void> => {
  if (side.sampler === undefined || side.failure !== "") return Effect.void
  return Effect.match(side.sampler, {
    onSuccess: (sample) => void side.samples.push(sample),
    onFailure: (error: BenchFailed) => {
      side.failure = error.message
    }
  })
}
