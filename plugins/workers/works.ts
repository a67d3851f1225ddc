/** The kinds of work that workers know. One more kind is one more entry. */
import { Effect, Schema } from "effect"
import { problemError } from "../../algorithms/error.ts"
import type { Known } from "../../algorithms/policygradex/spec.ts"
import { training } from "../../algorithms/policygradex/trainings.ts"
import type { Work } from "../../algorithms/policygradex/work.ts"

/** Work whose data come from another thread and are checked. */
const served = <S, P, R>(work: Work<S, P, R>) => ({
  name: work.name,
  open: (setting: unknown, known: Known) =>
    checked("setting", work.setting, setting).pipe(
      Effect.flatMap((s) => work.open(s, known)),
      Effect.map((part) => (data: unknown) => Effect.flatMap(checked("part", work.part, data), part))
    )
})

/** Data as the schema wants them. */
export const checked = <A>(what: string, schema: Schema.Codec<A, unknown>, data: unknown) =>
  Schema.decodeUnknownEffect(schema)(data).pipe(
    Effect.mapError((e) => problemError(`the ${what} of a worker's work`, "one that fits its schema", e.message))
  )

const works = [served(training)]

/** Finds work by its name. */
export const findWork = (name: string) => {
  const work = works.find((w) => w.name === name)
  return work === undefined
    ? Effect.fail(problemError("a worker's work", `one of ${works.map((w) => w.name).join(", ")}`, name))
    : Effect.succeed(work)
}
