/**
 * What sessions do, as metrics of Effect, by kind. Sessions count in plain numbers of their own; those are added up only
 * when somebody reads the metrics, so that a call costs the same with and without.
 */
import { Context, Effect, Metric } from "effect"
import type { SessionService, Work } from "../../core/service/session.ts"

/** The metrics; every series has the attribute `session`, the kind. Totals of closed sessions stay. */
export const sessionMetrics = {
  open: Metric.gauge("pgex_sessions_open", { description: "Sessions that are open" }),
  plans: Metric.gauge("pgex_session_plans", { description: "Programs compiled" }),
  calls: Metric.gauge("pgex_session_calls", { description: "Calls of executables" }),
  bytes: Metric.gauge("pgex_session_bytes", { description: "Bytes read and written by instructions" }),
  flops: Metric.gauge("pgex_session_flops", { description: "Floating-point operations" }),
  seconds: Metric.gauge("pgex_session_seconds", { description: "Seconds spent in calls" }),
  rate: Metric.gauge("pgex_session_gflops_per_second", { description: "1e9 operations a second, within calls" })
} as const

export const noWork: Work = { plans: 0, calls: 0, flops: 0, bytes: 0, seconds: 0 }

export const sumOfWork = (all: readonly Work[]): Work =>
  all.reduce(
    (a, b) => ({
      plans: a.plans + b.plans,
      calls: a.calls + b.calls,
      flops: a.flops + b.flops,
      bytes: a.bytes + b.bytes,
      seconds: a.seconds + b.seconds
    }),
    noWork
  )

/** 1e9 operations a second, within calls; 0 where there were none. */
export const rateOf = ({ flops, seconds }: Work): number => (seconds > 0 ? (1e-9 * flops) / seconds : 0)

/** All sessions of one kind. */
interface Total {
  readonly live: Set<SessionService>
  past: Work
}

/** By registry: each has its own totals, by kind. */
const totals = new WeakMap<object, Map<string, Total>>()

/** Counts a session among those of its kind until the scope closes. */
export const published = (session: SessionService) =>
  Effect.acquireRelease(
    Effect.map(Effect.context<never>(), (context) => {
      const total = totalOf(context, session.kind)
      total.live.add(session)
      return total
    }),
    (total) =>
      Effect.map(session.work, (work) => {
        total.live.delete(session)
        total.past = sumOfWork([total.past, work])
      })
  )

/** What counts work that was done in another thread among that of its kind. */
export const counterElsewhere: Effect.Effect<(kind: string, work: Work) => void> = Effect.map(
  Effect.context<never>(),
  (context) => (kind, work) => {
    const total = totalOf(context, kind)
    total.past = sumOfWork([total.past, work])
  }
)

const totalOf = (context: Context.Context<never>, kind: string): Total => {
  const registry = Context.get(context, Metric.MetricRegistry)
  const kinds = totals.get(registry) ?? new Map<string, Total>()
  totals.set(registry, kinds)
  const known = kinds.get(kind)
  if (known !== undefined) return known
  const total: Total = { live: new Set(), past: noWork }
  kinds.set(kind, total)
  const work = (): Work => sumOfWork([total.past, ...[...total.live].map((s) => Effect.runSync(s.work))])
  const at = Context.add(context, Metric.CurrentMetricAttributes, { session: kind })
  const readers: Readonly<Record<keyof typeof sessionMetrics, () => number>> = {
    open: () => total.live.size,
    plans: () => work().plans,
    calls: () => work().calls,
    bytes: () => work().bytes,
    flops: () => work().flops,
    seconds: () => work().seconds,
    rate: () => rateOf(work())
  }
  for (const name of Object.keys(sessionMetrics) as (keyof typeof sessionMetrics)[]) {
    const get = () => ({ value: readers[name]() })
    Metric.registerUnsafe(sessionMetrics[name], at, { get, update: () => {}, modify: () => {} })
  }
  return total
}
