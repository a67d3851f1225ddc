/** `--database` and `--store`: where machines meet. */
import { Effect, Option } from "effect"
import { Flag } from "effect/cli"
import { fromEither } from "../../core/service/from_either.ts"

export const databaseFlag = Flag.String("database").pipe(
  Flag.optional,
  Flag.withMetavar("URL"),
  Flag.withDescription(
    "The Postgres database where machines meet, postgres://USER:PASSWORD@HOST:PORT/NAME; else PGEX_DATABASE, which nobody " +
      "else on the machine can read. The password is never shown or kept"
  )
)

export const storeFlag = Flag.String("store").pipe(
  Flag.optional,
  Flag.withMetavar("PLACE"),
  Flag.withDescription(
    "Where machines share arrays and results: a folder that all of them see, or s3://BUCKET/PREFIX with AWS's " +
      "variables for keys and endpoint; without it the database. The same for all"
  )
)

/** Where machines meet, if any place is named. Errors: `ArgumentError` for what is no address. */
export const meetingOf = Effect.fn("pgex.meeting")(function* (
  database: Option.Option<string>,
  store: Option.Option<string>
) {
  const { DATABASE_VARIABLE, databaseAddress } = yield* Effect.promise(() => import("../sweeps/internal.ts"))
  const url = Option.getOrUndefined(database) ?? (process.env[DATABASE_VARIABLE] || undefined)
  if (url === undefined) return undefined
  const address = yield* fromEither(databaseAddress(url))
  return { address, ...(Option.isSome(store) ? { store: store.value } : {}) }
})
