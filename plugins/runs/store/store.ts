/** The run store over any files: names by content, a manifest, a log. */

import { Effect, Semaphore } from "effect"
import { partsOf } from "../../../core/failure/mod.ts"
import {
  type Artefact,
  type RunStoreError,
  type RunStoreService,
  runStoreError,
  storeFailure
} from "../../../core/service/run_store.ts"
import { pathWord } from "../../../core/text/command.ts"
import { encode, endings, stableJson } from "../../io/content.ts"
import { digest } from "../../io/digest.ts"
import { appendEvents, loggedIn, setEvents } from "./events.ts"
import type { Files } from "./files.ts"
import { keptIn } from "./kept.ts"
import { byPath, writeManifest } from "./manifest.ts"

/** What a store begins with. */
export interface Beginning {
  /** The artefacts that the run has already. */
  readonly known?: readonly Artefact[]
  /** Names where it is. */
  readonly machine?: string
  /** In milliseconds since 1970. */
  readonly startedAt?: number
  readonly notes?: readonly string[]
}

/** Makes the service. */
export const makeStore = (
  name: string,
  directory: string,
  files: Files,
  { known = [], machine = "", startedAt, notes = [] }: Beginning = {}
): RunStoreService => {
  // The latest of each (stage, name).
  const artefacts = new Map(known.map((a) => [`${a.stage}/${a.name}`, a]))
  const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)
  // Likewise of the log: what came between its being read and its being replaced would be lost.
  const ofLog = Semaphore.makeUnsafe(1).withPermits(1)
  const sorted = () => byPath([...artefacts.values()])
  return {
    name,
    directory,
    ...(startedAt === undefined ? {} : { startedAt }),
    notes,
    put: Effect.fn("store.put")(function* (stage, artefact, content) {
      const bytes = encode(content)
      const sha256 = digest(bytes)
      const path = `${stage}/${artefact}.${sha256.slice(0, 12)}.${endings[content.kind]}`
      yield* files.write(path, bytes)
      const row = { stage, name: artefact, path, sha256, bytes: bytes.length }
      const before = artefacts.get(`${stage}/${artefact}`)
      artefacts.set(`${stage}/${artefact}`, row)
      yield* oneAtATime(Effect.suspend(() => writeManifest(files, sorted())))
      if (before !== undefined && before.path !== path) yield* files.remove(before.path)
      return row
    }),
    find: (stage, artefact) => Effect.sync(() => artefacts.get(`${stage}/${artefact}`)),
    bytes: Effect.fn("store.bytes")(function* (artefact) {
      const fix = `it was changed after the run: pgex run --resume --out ${pathWord(directory)} makes it again`
      const bytes = yield* files
        .read(artefact.path, artefact.bytes)
        .pipe(Effect.mapError((e) => (isChanged(e) ? storeFailure({ ...partsOf(e), fix, reason: e.reason }) : e)))
      const found = digest(bytes)
      if (found === artefact.sha256) return bytes
      const want = `bytes with SHA-256 ${artefact.sha256.slice(0, 12)}…`
      const got = `${found.slice(0, 12)}…`
      return yield* Effect.fail(
        runStoreError({ reason: "damaged", path: `${directory}/${artefact.path}`, want, got, fix })
      )
    }),
    artefacts: Effect.sync(sorted),
    log: (rows) => ofLog(appendEvents(files, name, rows)),
    relog: (stage, rows) => ofLog(setEvents(files, name, stage, rows)),
    logged: loggedIn(files),
    kept: keptIn(files, machine),
    summary: (value) => files.write("summary.json", text(stableJson(value))),
    report: (html) => files.write("report.html", text(html))
  }
}

const text = (s: string): Uint8Array => new TextEncoder().encode(s)

/** Gone, or of another kind or size. */
const isChanged = ({ reason, fix }: RunStoreError): boolean =>
  reason === "missing" || (reason === "damaged" && fix === "")
