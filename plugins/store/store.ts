/** The run store over any files: names by content, a manifest, a log. */
import { Clock, Effect, Schema, Semaphore } from "effect"
import { type Artefact, RunStoreError, type RunStoreService } from "../../core/pipeline/run_store.ts"
import { encode, endings, stableJson } from "./content.ts"
import { digest } from "./digest.ts"
import { type Files, isBelow } from "./files.ts"
import { keptIn } from "./kept.ts"

/** Rises when a reader of older runs would misread newer ones. */
export const formatVersion = 1

const ArtefactRow = Schema.Struct({
  stage: Schema.String,
  name: Schema.String,
  path: Schema.String.check(Schema.makeFilter(isBelow, { expected: "a path within the run directory" })),
  sha256: Schema.String,
  bytes: Schema.Int
})
const Manifest = Schema.Array(ArtefactRow)

/** Makes the service; `known` are the artefacts that the run has already, `machine` names where it is. */
export const makeStore = (
  name: string,
  directory: string,
  files: Files,
  known: readonly Artefact[] = [],
  machine = ""
): RunStoreService => {
  // The latest of each (stage, name); written to the manifest sorted by path, so that its bytes do not tell the order.
  const artefacts = new Map(known.map((a) => [`${a.stage}/${a.name}`, a]))
  const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)
  const sorted = () => [...artefacts.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  return {
    name,
    directory,
    put: Effect.fn("store.put")(function* (stage, artefact, content) {
      const bytes = encode(content)
      const sha256 = digest(bytes)
      const path = `${stage}/${artefact}.${sha256.slice(0, 12)}.${endings[content.kind]}`
      yield* files.write(path, bytes)
      const row = { stage, name: artefact, path, sha256, bytes: bytes.length }
      artefacts.set(`${stage}/${artefact}`, row)
      yield* oneAtATime(Effect.suspend(() => files.write("artefacts.json", text(stableJson(sorted())))))
      return row
    }),
    find: (stage, artefact) => Effect.sync(() => artefacts.get(`${stage}/${artefact}`)),
    bytes: Effect.fn("store.bytes")(function* (artefact) {
      const bytes = yield* files.read(artefact.path)
      const found = digest(bytes)
      if (found === artefact.sha256) return bytes
      const want = `bytes with SHA-256 ${artefact.sha256.slice(0, 12)}…`
      const fix = "the file was changed after the run: run again"
      const got = `${found.slice(0, 12)}…`
      return yield* new RunStoreError({ reason: "damaged", path: `${directory}/${artefact.path}`, want, got, fix })
    }),
    artefacts: Effect.sync(sorted),
    log: Effect.fn("store.log")(function* (rows) {
      const time = new Date(yield* Clock.currentTimeMillis).toISOString()
      const line = (row: object) => `${JSON.stringify({ time, run: name, ...row }, finite)}\n`
      yield* files.append("events.jsonl", rows.map(line).join(""))
    }),
    rewind: (stage, step) => rewind(files, stage, step),
    kept: keptIn(files, machine),
    summary: (value) => files.write("summary.json", text(stableJson(value))),
    report: (html) => files.write("report.html", text(html))
  }
}

/** Rewrites the log without the rows; a line that was cut short goes too. */
const rewind = Effect.fn("store.rewind")(function* (files: Files, stage: string, step: number) {
  const bytes = yield* files
    .read("events.jsonl")
    .pipe(Effect.catchTag("RunStoreError", (e) => (e.reason === "missing" ? Effect.succeed(empty) : Effect.fail(e))))
  const lines = new TextDecoder().decode(bytes).split("\n")
  const left = lines.filter((line) => {
    const row = decodeRow(line)
    return row._tag === "Some" && !(row.value.stage === stage && row.value.step >= step)
  })
  const rewritten = left.map((line) => `${line}\n`).join("")
  if (rewritten.length < lines.join("\n").length) yield* files.write("events.jsonl", text(rewritten))
})

const empty = new Uint8Array(0)
const decodeRow = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ stage: Schema.String, step: Schema.Number }))
)

/** The artefacts that a run's manifest lists; none where it has no manifest yet. */
export const readManifest = (files: Files): Effect.Effect<readonly Artefact[], RunStoreError> =>
  files.read("artefacts.json").pipe(
    Effect.flatMap((bytes) =>
      Schema.decodeUnknownEffect(Schema.fromJsonString(Manifest))(new TextDecoder().decode(bytes)).pipe(
        Effect.mapError(
          (e) =>
            new RunStoreError({
              reason: "damaged",
              path: "artefacts.json",
              want: "a list of artefacts",
              got: e.message,
              fix: "run again"
            })
        )
      )
    ),
    Effect.catchTag("RunStoreError", (e) => (e.reason === "missing" ? Effect.succeed([]) : Effect.fail(e)))
  )

const text = (s: string): Uint8Array => new TextEncoder().encode(s)

/** JSON has no NaN: its name goes into the log instead of null. */
const finite = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value
