/** How our side takes time. */
import { Effect } from "effect"
import type * as E from "fp-ts/lib/Either.js"
import { fromEither } from "../core/service/from_either.ts"
import { type BenchFailed, benchFailed, type Sampler, type Side } from "./suite.ts"

/**
 * Processor time of this process, in seconds. Both sides stay on one core, so this is what a clock shows on a quiet
 * machine, and it is still right when others use the core too; collecting garbage and compiling count.
 */
export const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Mean seconds of one call, over as many calls as fill `atLeast` seconds; one call before that is not counted. */
export const secondsPerCall = (call: () => unknown, atLeast = 0.15): number => {
  call()
  let [calls, spent, batch] = [0, 0, 1]
  while (spent < atLeast) {
    const start = cpuSeconds()
    for (let i = 0; i < batch; i++) call()
    spent += cpuSeconds() - start
    calls += batch
    batch *= 2
  }
  return spent / calls
}

/** The same for a call that is an effect; `runs` effects are sequenced in one so that the runtime's cost shows. */
export const secondsPerRun = <E>(run: Effect.Effect<unknown, E>, atLeast = 0.15): Effect.Effect<number, E> =>
  Effect.gen(function* () {
    yield* run
    let [calls, spent, batch] = [0, 0, 1]
    while (spent < atLeast) {
      const start = cpuSeconds()
      for (let i = 0; i < batch; i++) yield* run
      spent += cpuSeconds() - start
      calls += batch
      batch *= 2
    }
    return spent / calls
  })

/** Seconds of one run of an effect. */
export type Stopwatch = <E>(run: Effect.Effect<unknown, E>) => Effect.Effect<number, E>

/**
 * Least seconds of one run by the clock, over half a second of them: for work that several cores share, which processor
 * time says nothing about. On a busy machine the least is what the code can do.
 */
export const leastSeconds: Stopwatch = (run) =>
  Effect.gen(function* () {
    yield* run
    let least = Number.POSITIVE_INFINITY
    for (const start = performance.now(); performance.now() - start < 500; ) {
      const before = performance.now()
      yield* run
      least = Math.min(least, (performance.now() - before) / 1000)
    }
    return least
  })

/** A measurement that is plain code; what it throws becomes the reason why there is no figure. */
export const sampler = (measure: () => number | { value: number; answers: readonly number[] }): Sampler =>
  Effect.try({
    try: () => {
      const measured = measure()
      return typeof measured === "number" ? { value: measured } : measured
    },
    catch: failed
  })

/**
 * A side whose measurements are there already, one for each round of a `cold` work: for works that one costly run
 * measures together, such as a training that gives its seconds, its operations and its result.
 */
export const recorded = (values: readonly number[]): Side =>
  Effect.sync(() => {
    let round = 0
    return Effect.suspend(() => {
      const value = values[round++]
      return value === undefined ? Effect.fail(failed(`only ${values.length} rounds`)) : Effect.succeed({ value })
    })
  })

/** Any failure as the reason why our side has no figure. */
export const failed = (cause: unknown): BenchFailed =>
  benchFailed({ doing: "measure our side", want: "a figure", got: reason(cause) })

const reason = (cause: unknown): string => {
  if (typeof cause !== "object" || cause === null) return String(cause)
  return "message" in cause && typeof cause.message === "string" ? cause.message : JSON.stringify(cause)
}

/** What the core made, or its reason as ours for having no figure. */
export const made = <A, Bad extends object>(either: E.Either<Bad, A>): Effect.Effect<A, BenchFailed> =>
  Effect.mapError(fromEither(either), failed)
