/** `artefacts.json`: the artefacts of a run, with what tells whether they are whole. */

import { Effect, Schema } from "effect"
import { jsonText, misfit } from "../../../core/service/decoding.ts"
import { Artefact, type RunStoreError, runStoreError } from "../../../core/service/run_store.ts"
import { pathWord } from "../../../core/text/command.ts"
import { isBelow } from "../../io/confined.ts"
import { endings, stableJson } from "../../io/content.ts"
import { digest } from "../../io/digest.ts"
import type { Files } from "./files.ts"
import { LARGEST_JSON } from "./sized_read.ts"

/** Its name in the run's directory. */
const manifestFile = "artefacts.json"

const path = Artefact.fields.path.check(Schema.makeFilter(isBelow, { expected: "a path within the run directory" }))
const ArtefactRow = Schema.Struct({ ...Artefact.fields, path })
const Manifest = Schema.Array(ArtefactRow)

/** Writes it sorted by path, so that its bytes do not tell the order in which things were made. */
export const writeManifest = (files: Files, artefacts: readonly Artefact[]): Effect.Effect<void, RunStoreError> =>
  files.write(manifestFile, new TextEncoder().encode(stableJson(byPath(artefacts))))

export const byPath = (artefacts: readonly Artefact[]): readonly Artefact[] =>
  [...artefacts].sort((a, b) => (a.path < b.path ? -1 : 1))

/** The artefacts that a run's manifest lists; none where it has no manifest yet. `directory` is for the error. */
export const readManifest = (files: Files, directory: string): Effect.Effect<readonly Artefact[], RunStoreError> =>
  files.read(manifestFile, LARGEST_JSON).pipe(
    Effect.flatMap((bytes) =>
      Schema.decodeUnknownEffect(jsonText(Manifest))(new TextDecoder().decode(bytes)).pipe(
        Effect.mapError((e) =>
          runStoreError({
            reason: "damaged",
            path: `${directory}/${manifestFile}`,
            want: "a list of artefacts",
            got: misfit(e),
            fix: `pgex run --resume --out ${pathWord(directory)} makes it again`
          })
        )
      )
    ),
    Effect.catchTag("RunStoreError", (e) => (e.reason === "missing" ? Effect.succeed([]) : Effect.fail(e)))
  )

/** The manifest of a run that goes on. */
export interface Mended {
  readonly artefacts: readonly Artefact[]
  /** Whether it was made again. */
  readonly again: boolean
  /** What to say of it. */
  readonly notes: readonly string[]
}

/**
 * The manifest of a run that goes on. Where it is damaged or gone it is made again from the artefacts themselves: their
 * names tell the beginnings of their digests. Of two with one name neither counts: which was the last is not known.
 */
export const mendedManifest = Effect.fnUntraced(function* (
  files: Files,
  directory: string
): Effect.fn.Return<Mended, RunStoreError> {
  const read = yield* Effect.result(readManifest(files, directory))
  const damaged = read._tag === "Failure"
  if (damaged && read.failure.reason !== "damaged") return yield* Effect.fail(read.failure)
  if (!damaged && read.success.length > 0) return { artefacts: read.success, again: false, notes: [] }
  const artefacts = yield* artefactsThere(files)
  const notes = damaged
    ? [`${manifestFile} was damaged: it was made again from the artefacts (${artefacts.length})`]
    : []
  return { artefacts, again: damaged || artefacts.length > 0, notes }
})

/** `NAME.HASH.ending`, as the store writes it. */
const contentNamed = new RegExp(`^(.+)\\.([0-9a-f]{12})\\.(${Object.values(endings).join("|")})$`)

/** Whether a file in a stage's folder has an artefact's name. */
export const isContentNamed = (name: string): boolean => contentNamed.test(name)

/** Removes what has an artefact's name and is none: what a later one took the place of just before the run was stopped. */
export const removeSuperseded = Effect.fnUntraced(function* (files: Files, artefacts: readonly Artefact[]) {
  const listed = new Set(artefacts.map((a) => a.path))
  for (const stage of (yield* files.list("")).filter((e) => e.folder))
    for (const { name, folder } of yield* files.list(stage.name)) {
      const path = `${stage.name}/${name}`
      if (!folder && isContentNamed(name) && !listed.has(path)) yield* files.remove(path)
    }
})

/** Files that are what their names say. */
const artefactsThere = Effect.fnUntraced(function* (files: Files) {
  const found = new Map<string, Artefact | undefined>()
  for (const { name: stage, folder } of yield* files.list("")) {
    if (!folder) continue
    for (const { name: file, folder } of yield* files.list(stage)) {
      const [, name, hash] = folder ? [] : (contentNamed.exec(file) ?? [])
      if (name === undefined || hash === undefined) continue
      const path = `${stage}/${file}`
      const bytes = yield* files.read(path)
      const sha256 = digest(bytes)
      if (!sha256.startsWith(hash)) continue
      const key = `${stage}/${name}`
      found.set(key, found.has(key) ? undefined : { stage, name, path, sha256, bytes: bytes.length })
    }
  }
  return [...found.values()].filter((a) => a !== undefined)
})
