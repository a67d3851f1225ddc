/** Packs that were fetched: read, file by file, each held to the digest that its wheel lists. */
import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { reasonOf } from "../../../core/service/file_error.ts"
import { digest } from "../../io/digest.ts"
import { cacheFolder, type Variables } from "../../io/user.ts"
import type { ModelSource } from "../engine/source.ts"
import { type AssetError, assetError } from "./failure.ts"
import { filesNamed, type Pack, recordFile } from "./packs.ts"

/** The folder that a pack has once it is fetched: in `PGEX_ASSETS`, else in the user's cache. */
export const packFolder = ({ project, version }: Pack, variables: Variables): string =>
  join(
    variables.PGEX_ASSETS ? resolve(variables.PGEX_ASSETS) : join(cacheFolder(variables), "assets"),
    `${project}-${version}`
  )

/** Whether a pack was fetched; its files are looked at when they are read. */
export const isInstalled = (pack: Pack, variables: Variables = process.env): boolean =>
  existsSync(packFolder(pack, variables))

/** The command that fetches a pack. */
export const getCommand = (id: string): string => `pgex assets get ${id}`

/** SHA-256 digests by path, as a wheel's RECORD lists them: lower-case hexadecimal. */
export const digestsIn = (record: string): ReadonlyMap<string, string> =>
  new Map(
    Array.from(record.matchAll(/^("?)(.+?)\1,sha256=([\w-]+),\d*\r?$/gm), ([, , path = "", sum = ""]) => [
      path,
      Buffer.from(sum, "base64url").toString("hex")
    ])
  )

/**
 * A model of a pack with all files that it names.
 *
 * - Errors: `missing`, with the command that fetches the pack; `damaged`, with the file.
 */
export const packModel = (
  pack: Pack,
  main: string,
  variables: Variables = process.env
): E.Either<AssetError, ModelSource> => {
  const { id } = pack
  const folder = packFolder(pack, variables)
  const doing = `read ${main}`
  if (!existsSync(folder)) {
    const want = `the asset pack ${id} (${pack.wheel})`
    return E.left(assetError({ doing, want, got: "none on this machine", fix: getCommand(id), reason: "missing" }))
  }
  const fix = `remove ${folder}, then: ${getCommand(id)}`
  const damaged = (path: string, got: string) =>
    E.left(assetError({ doing, want: `${join(folder, path)} as ${pack.wheel} has it`, got, fix, reason: "damaged" }))
  const read = (path: string): E.Either<string, Uint8Array> =>
    E.tryCatch(() => readFileSync(join(folder, path)), reasonOf)
  const record = read(recordFile(pack))
  if (E.isLeft(record)) return damaged(recordFile(pack), record.left)
  if (digest(record.right) !== pack.recordSha256) return damaged(recordFile(pack), "other bytes")
  const digests = digestsIn(new TextDecoder().decode(record.right))
  const files = new Map<string, Uint8Array>()
  const left = [main]
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (files.has(path)) continue
    const bytes = read(path)
    if (E.isLeft(bytes)) return damaged(path, bytes.left)
    if (digest(bytes.right) !== digests.get(path)) return damaged(path, "other bytes")
    files.set(path, bytes.right)
    if (path.endsWith(".xml")) left.push(...filesNamed(new TextDecoder().decode(bytes.right), main))
  }
  return E.right({ main, files })
}
