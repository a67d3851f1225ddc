/** Fetching a pack: from a wheel on disk, from the user's package index, or by pip. */
import { existsSync } from "node:fs"
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { reasonOf } from "../../../core/service/file_error.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { findPython, type Variables } from "../../io/user.ts"
import { wholeFolder } from "../../io/whole_folder.ts"
import { execute } from "../../sessions/native/internal.ts"
import { type AssetError, assetError, refusedBySystem } from "./failure.ts"
import { download, indexUrl, shownUrl, wordsOf } from "./index_lookup.ts"
import { packFolder } from "./installed.ts"
import { licenceFile, type Pack } from "./packs.ts"
import { unpack } from "./wheel.ts"

/** How a pack is fetched. */
export interface GetOptions {
  /** A wheel on disk, instead of the index. */
  readonly wheel?: string
  /** The Python whose pip is asked where the index does not answer; else as for `gymnasium:`. */
  readonly python?: string
  /** Where cache, index and Python are looked up; this process's own. */
  readonly variables?: Variables
  /** Told of the bytes that came so far. */
  readonly progress?: (bytes: number) => Effect.Effect<void>
  /** Told of what is worth a line. */
  readonly say?: (line: string) => Effect.Effect<void>
}

/** A fetched pack. */
export interface Got {
  readonly id: string
  readonly folder: string
  readonly files: number
  readonly licence: string
  /** Whether it was there before. */
  readonly already: boolean
}

/**
 * Fetches a pack into the user's cache, unless it is there. The folder is whole or not there, whatever stops this.
 *
 * - Errors: `AssetError`.
 */
export const getPack = Effect.fn("assets.get")(function* (pack: Pack, options: GetOptions = {}) {
  const variables = options.variables ?? process.env
  const folder = packFolder(pack, variables)
  const already = existsSync(folder)
  if (!already) {
    const wheel = yield* options.wheel === undefined ? fromIndex(pack, options, variables) : fromDisk(options.wheel)
    const files = yield* fromEither(unpack(pack, wheel, options.wheel ?? pack.wheel))
    const refuse = (cause: unknown) => refusedBySystem(`write ${folder}`, cause)
    yield* wholeFolder(folder, refuse, (part) => Effect.tryPromise({ try: () => writeAll(part, files), catch: refuse }))
  }
  const names = yield* Effect.tryPromise({
    try: () => readdir(folder, { recursive: true, withFileTypes: true }),
    catch: (cause) => refusedBySystem(`read ${folder}`, cause)
  })
  const got: Got = {
    id: pack.id,
    folder,
    files: names.filter((n) => n.isFile()).length,
    licence: join(folder, licenceFile(pack)),
    already
  }
  return got
})

const writeAll = async (folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> => {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes, { flush: true })
  }
}

const fromDisk = (path: string): Effect.Effect<Uint8Array, AssetError> =>
  Effect.tryPromise({
    try: () => readFile(path),
    catch: (cause) => assetError({ doing: `read ${path}`, want: "a wheel", got: reasonOf(cause), reason: "not-found" })
  })

const fromIndex = (
  pack: Pack,
  { progress = () => Effect.void, say = () => Effect.void, python }: GetOptions,
  variables: Variables
): Effect.Effect<Uint8Array, AssetError> =>
  Effect.gen(function* () {
    const index = indexUrl(variables)
    let bytes = 0
    const ticking = Effect.forever(
      Effect.andThen(
        Effect.sleep("200 millis"),
        Effect.suspend(() => progress(bytes))
      )
    )
    const direct = yield* Effect.tryPromise({
      try: (signal) => download(pack, index, (now) => void (bytes = now), signal),
      catch: wordsOf
    }).pipe(Effect.raceFirst(ticking), Effect.result)
    yield* progress(bytes)
    if (direct._tag === "Success") return direct.success
    yield* say(`${shownUrl(index)} did not give it (${direct.failure}); asking pip`)
    return yield* fromPip(pack, variables, python, direct.failure)
  })

/** pip knows what this does not: `find-links`, netrc, keyrings, proxies. */
const fromPip = (
  pack: Pack,
  variables: Variables,
  asked: string | undefined,
  before: string
): Effect.Effect<Uint8Array, AssetError> =>
  Effect.gen(function* () {
    const requirement = `${pack.project}==${pack.version}`
    const refuse = (got: string) =>
      assetError({
        doing: `fetch ${pack.wheel}`,
        want: "it from the package index or by pip",
        got: `${before}; ${got}`,
        fix: `check the network and PIP_INDEX_URL, or give the file: pgex assets get ${pack.id} --wheel PATH`,
        reason: "not-found"
      })
    const python = findPython(asked, variables)
    if (E.isLeft(python)) return yield* Effect.fail(refuse(`no ${python.left.join(" or ")}`))
    const folder = join(dirname(packFolder(pack, variables)), `download-${process.pid}`)
    yield* Effect.tryPromise({
      try: () => mkdir(folder, { recursive: true }),
      catch: (cause) => refusedBySystem(`write ${folder}`, cause)
    })
    const args = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]
    const run = execute({
      doing: `download ${requirement} with pip`,
      file: python.right,
      args: [...args, "--only-binary", ":all:", "-d", folder, requirement],
      folder, // `-m` takes modules of the folder that it is started in first
      environment: variables,
      timeLimit: "30 minutes"
    })
    return yield* run.pipe(
      Effect.mapError((e) => refuse(e.got)),
      Effect.flatMap(({ code, stderr }) =>
        code === 0 ? fromDisk(join(folder, pack.wheel)) : Effect.fail(refuse(stderr.trim().split("\n").at(-1) ?? ""))
      ),
      Effect.ensuring(Effect.promise(() => rm(folder, { recursive: true, force: true })))
    )
  })
