import * as E from "fp-ts/lib/Either.js"
import { shortened, shown } from "../../core/text/shown.ts"

/** What was thrown, which may be anything, in a few words; never throws itself. */
export const thrown = (e: unknown): string =>
  E.getOrElse(() => "something that cannot be read")(
    E.tryCatch(() => (e instanceof Error ? shortened(`${e.name}: ${e.message}`) : shown(e)), String)
  )
