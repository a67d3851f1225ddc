/** What of a wheel becomes a pack: checked to the last byte before anything is written. */
import * as E from "fp-ts/lib/Either.js"
import { digest } from "../../io/digest.ts"
import { contentOf, type Member, membersOf } from "../../io/zip.ts"
import { type AssetError, assetError } from "./failure.ts"
import { digestsIn } from "./installed.ts"
import { filesNamed, licenceFile, type Pack, recordFile } from "./packs.ts"

/**
 * The files of a pack, by their paths in the wheel; the wheel's licence and its list of digests with them.
 *
 * - Errors: `other-wheel`, which says whose it is; `wrong-sum`; `damaged`, with the file.
 */
export const unpack = (
  pack: Pack,
  wheel: Uint8Array,
  name: string
): E.Either<AssetError, ReadonlyMap<string, Uint8Array>> => {
  const doing = `use ${name}`
  const sum = digest(wheel)
  if (sum !== pack.sha256) return E.left(refused(pack, wheel, name, sum))
  const members = new Map((membersOf(wheel) ?? []).map((m) => [m.name, m]))
  const bad = (path: string, got: string) =>
    E.left(assetError({ doing, want: `${path} in it`, got, reason: "damaged" }))
  const files = new Map<string, Uint8Array>()
  const take = (path: string): E.Either<AssetError, Uint8Array> => {
    const member = members.get(path)
    if (member === undefined) return bad(path, "no such file")
    const content = contentOf(wheel, member)
    if (E.isLeft(content)) return bad(path, content.left)
    files.set(path, content.right)
    return content
  }
  const record = take(recordFile(pack))
  if (E.isLeft(record)) return record
  const digests = digestsIn(new TextDecoder().decode(record.right))
  for (const path of [licenceFile(pack), ...pack.models.flatMap((main) => closure(main, wheel, members))]) {
    if (files.has(path)) continue
    const content = take(path)
    if (E.isLeft(content)) return content
    if (digest(content.right) !== digests.get(path)) return bad(path, "other bytes than the wheel lists")
  }
  return E.right(files)
}

/** A main file and all that it names, by way of includes too. */
const closure = (main: string, wheel: Uint8Array, members: ReadonlyMap<string, Member>): readonly string[] => {
  const found = new Set([main])
  for (const path of found) {
    const member = members.get(path)
    const content = member === undefined || !path.endsWith(".xml") ? undefined : contentOf(wheel, member)
    if (content === undefined || E.isLeft(content)) continue
    for (const named of filesNamed(new TextDecoder().decode(content.right), main)) found.add(named)
  }
  return [...found]
}

/** Whose wheel it is, where that can be told; else what is wrong with its bytes. */
const refused = (pack: Pack, wheel: Uint8Array, name: string, sum: string): AssetError => {
  const [doing, want] = [`use ${name}`, `the wheel of ${pack.project} ${pack.version}`]
  const info = (membersOf(wheel) ?? [])
    .map((m) => /^([\w.]+)-([\w.+!]+)\.dist-info\/METADATA$/.exec(m.name))
    .find((m) => m !== null)
  if (info === undefined) {
    const whole = `${wheel.length} bytes that are no wheel`
    return assetError({ doing, want, got: whole, fix: `see ${pack.wheel} in the package index`, reason: "wrong-sum" })
  }
  const [, project = "", version = ""] = info
  if (project !== pack.project || version !== pack.version)
    return assetError({ doing, want, got: `that of ${project} ${version}`, reason: "other-wheel" })
  const fix = "the index or the disk changed it: fetch it anew"
  return assetError({ doing, want: `${want}, SHA-256 ${pack.sha256}`, got: sum, fix, reason: "wrong-sum" })
}
