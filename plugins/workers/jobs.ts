/** The jobs that workers know. One more is one more entry. */
import { Effect, Schema, type Scope } from "effect"
import { problemError } from "../../algorithms/internal.ts"
import type { LearnerError } from "../../algorithms/mod.ts"
import type { Session } from "../../core/service/session.ts"
import type { Job, WorkersService } from "../../pipeline/jobs/mod.ts"
import { adaptationJob, evaluateJob, rolloutJob, trainingJob } from "../../pipeline/jobs/mod.ts"
import type { Catalog } from "../../pipeline/mod.ts"
import { checkJob, gradientJob, observeJob } from "../../pipeline/stages/mod.ts"

/** A job whose data come from another thread and are checked. */
export interface Served {
  readonly name: string
  readonly open: (
    setting: unknown,
    catalog: Catalog
  ) => Effect.Effect<(data: unknown) => Effect.Effect<unknown, LearnerError>, LearnerError, Session | Scope.Scope>
  /** One item of it, done by these workers. */
  readonly one: (workers: WorkersService, setting: unknown, item: unknown) => Effect.Effect<unknown, LearnerError>
}

const served = <S, I, R>(job: Job<S, I, R>): Served => ({
  name: job.name,
  open: (setting: unknown, catalog: Catalog) =>
    checked("setting", job.setting, setting).pipe(
      Effect.flatMap((s) => job.open(s, catalog)),
      Effect.map((run) => (data: unknown) => Effect.flatMap(checked("item", job.item, data), run))
    ),
  one: Effect.fnUntraced(function* (workers, setting, item) {
    const all = yield* workers.open(job, yield* checked("setting", job.setting, setting))
    const results = yield* all([yield* checked("item", job.item, item)]).pipe(Effect.mapError((e) => e.reason))
    return results[0]
  }, Effect.scoped)
})

/** Data as the schema wants them. */
export const checked = <A>(what: string, schema: Schema.Codec<A, unknown>, data: unknown) =>
  Schema.decodeUnknownEffect(schema)(data).pipe(
    Effect.mapError((e) => problemError(`the ${what} of a worker's job`, "one that fits its schema", e.message))
  )

const jobs: readonly Served[] = [
  served(trainingJob),
  served(adaptationJob),
  served(rolloutJob),
  served(evaluateJob),
  served(observeJob),
  served(gradientJob),
  served(checkJob)
]

/** Finds a job by its name. */
export const findJob = (name: string) => {
  const job = jobs.find((j) => j.name === name)
  return job === undefined
    ? Effect.fail(problemError("a worker's job", `one of ${jobs.map((j) => j.name).join(", ")}`, name))
    : Effect.succeed(job)
}
