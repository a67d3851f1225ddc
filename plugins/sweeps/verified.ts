/** Whether a run is as it was left: every artefact, the digest over all, and the log, by their hashes. */
import { Effect, Schema } from "effect"
import { jsonText } from "../../core/service/decoding.ts"
import { Logged } from "../../core/service/run_store.ts"
import { digestOf } from "../io/digest.ts"
import { diskFiles, LARGEST_JSON } from "../runs/store/internal.ts"
import { readRun } from "../runs/store/mod.ts"
import type { RunRow } from "./overview.ts"

/** What was looked at, and what is wrong: a sentence each. */
export interface Verified {
  readonly name: string
  readonly artefacts: number
  readonly bytes: number
  readonly problems: readonly string[]
}

const Receipts = Schema.Struct({ digest: Schema.String, events: Schema.optionalKey(Logged) })
const Summary = Schema.Struct({ receipts: Receipts })

/** Looks at all of it; nothing is changed. */
export const verified = Effect.fn("sweeps.verified")(function* ({ name, path, state }: RunRow) {
  const problems: string[] = []
  const read = yield* Effect.result(readRun(path))
  if (read._tag === "Failure")
    return { name, artefacts: 0, bytes: 0, problems: [read.failure.message] } satisfies Verified
  const { store } = read.success
  const artefacts = yield* store.artefacts
  for (const artefact of artefacts) {
    const bytes = yield* Effect.result(store.bytes(artefact))
    if (bytes._tag === "Failure") problems.push(bytes.failure.message)
  }
  if (state === "finished") {
    const summary = yield* diskFiles(path)
      .read("summary.json", LARGEST_JSON)
      .pipe(
        Effect.flatMap((bytes) => Schema.decodeUnknownEffect(jsonText(Summary))(new TextDecoder().decode(bytes))),
        Effect.result
      )
    if (summary._tag === "Failure") problems.push(`summary.json of ${name} is not what a run leaves`)
    else {
      const { digest, events } = summary.success.receipts
      if (digest !== digestOf(artefacts)) problems.push(`${name}: want artefacts with digest ${digest}, got others`)
      const logged = yield* Effect.result(store.logged)
      const same = events === undefined || (logged._tag === "Success" && logged.success.sha256 === events.sha256)
      if (!same) problems.push(`${name}: want events.jsonl with ${events?.rows} rows, as the run left it, got others`)
    }
  }
  const bytes = artefacts.reduce((sum, a) => sum + a.bytes, 0)
  return { name, artefacts: artefacts.length, bytes, problems } satisfies Verified
})
