/** How fast the session in use can compute at best, so that what a run reached can be held against it. */
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { matmul, program } from "../../core/program/mod.ts"
import { Session, type SessionService } from "../../core/service/session.ts"
import type { CostRow, Peak, RatedCost } from "../../pipeline/internal.ts"

const n = 256
const product = program(`a product of ${n} x ${n} matrices`, { a: [n, n], b: [n, n] }, ({ a, b }) => ({
  c: matmul(a, b)
}))

/** Longest time that measuring takes once the program is ready, seconds; and a bound where the clock stands still. */
const [PATIENCE, ROUNDS] = [0.2, 100]

/** A round lasts about this long, seconds: the clock is good to some microseconds. */
const ROUND = 0.005

const measured = new Map<string, Peak>()

/**
 * The peak of the session: its best round of large matrix products. Measured once a process for each kind of session.
 *
 *     peak = max over rounds of 2·n³·calls / seconds,   n = 256
 *
 * A time, so it belongs in receipts and nowhere else. Null where the session could not run the program.
 */
export const sessionPeak: Effect.Effect<Peak | null, never, Session> = Effect.gen(function* () {
  const session = yield* Session
  const key = `${session.kind}, ${session.capabilities.threads} threads`
  const known = measured.get(key)
  if (known !== undefined) return known
  const peak = yield* Effect.orElseSucceed(measure(session), () => null)
  if (peak !== null) measured.set(key, peak)
  return peak
})

const measure = Effect.fnUntraced(function* (session: SessionService) {
  if (E.isLeft(product)) return null
  const executable = yield* session.compile(product.right)
  const values = new Float32Array(n * n).map((_, i) => ((i * 7919) % 1009) / 1009 - 0.5)
  const inputs = { a: yield* session.buffer([n, n], values), b: yield* session.buffer([n, n], values) }
  const c = yield* session.buffer([n, n])
  const run = executable.run(inputs, { c })
  // A device may still be at work when a call returns; reading waits for it.
  const seconds = Effect.fnUntraced(function* (calls: number) {
    const start = performance.now()
    for (let i = 0; i < calls; i++) yield* run
    yield* session.read(c)
    return (performance.now() - start) / 1000
  })
  const first = yield* seconds(1)
  const calls = Math.max(1, Math.min(64, Math.round(ROUND / Math.max(first, 1e-6))))
  let [best, spent] = [first, first]
  for (let round = 0; round < ROUNDS && spent < PATIENCE; round++) {
    const taken = yield* seconds(calls)
    best = Math.min(best, taken / calls)
    spent += taken
  }
  const peak: Peak = { gflopsPerSecond: (1e-9 * executable.cost.flops) / best, program: product.right.name }
  return best > 0 ? peak : null
}, Effect.scoped)

/** How fast the work of a stage was done, beside the peak. */
export const rated =
  (peak: Peak | null) =>
  (cost: CostRow): RatedCost => {
    const rate = cost.seconds > 0 ? cost.flops / (1e9 * cost.seconds) : null
    return {
      ...cost,
      gflopsPerSecond: rate,
      fractionOfPeak: rate === null || peak === null ? null : rate / peak.gflopsPerSecond
    }
  }
