/** The kinds of work that workers know. One more kind is one more entry. */
import { Effect, Schema, type Scope } from "effect"
import { problemError } from "../../algorithms/internal.ts"
import type { LearnerError } from "../../algorithms/mod.ts"
import type { Session } from "../../core/service/session.ts"
import type { Job } from "../../pipeline/jobs/mod.ts"
import { evaluateJob, rolloutJob, trainingJob } from "../../pipeline/jobs/mod.ts"
import type { Catalog } from "../../pipeline/mod.ts"
import { checkJob, gradientJob, observeJob } from "../../pipeline/stages/mod.ts"

/** Work whose data come from another thread and are checked. */
export interface Served {
  readonly name: string
  readonly open: (
    setting: unknown,
    catalog: Catalog
  ) => Effect.Effect<(data: unknown) => Effect.Effect<unknown, LearnerError>, LearnerError, Session | Scope.Scope>
}

const served = <S, P, R>(work: Job<S, P, R>): Served => ({
  name: work.name,
  open: (setting: unknown, catalog: Catalog) =>
    checked("setting", work.setting, setting).pipe(
      Effect.flatMap((s) => work.open(s, catalog)),
      Effect.map((part) => (data: unknown) => Effect.flatMap(checked("part", work.item, data), part))
    )
})

/** Data as the schema wants them. */
export const checked = <A>(what: string, schema: Schema.Codec<A, unknown>, data: unknown) =>
  Schema.decodeUnknownEffect(schema)(data).pipe(
    Effect.mapError((e) => problemError(`the ${what} of a worker's work`, "one that fits its schema", e.message))
  )

const works: readonly Served[] = [
  served(trainingJob),
  served(rolloutJob),
  served(evaluateJob),
  served(observeJob),
  served(gradientJob),
  served(checkJob)
]

/** Finds work by its name. */
export const findWork = (name: string) => {
  const work = works.find((w) => w.name === name)
  return work === undefined
    ? Effect.fail(problemError("a worker's work", `one of ${works.map((w) => w.name).join(", ")}`, name))
    : Effect.succeed(work)
}
