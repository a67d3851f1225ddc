/** NumPy's archive of arrays, read: a zip file whose members are array files, stored or deflated. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { type ArgumentError, argumentError, cannot } from "../../../core/failure/mod.ts"
import { choices } from "../../../core/text/choices.ts"
import { shown } from "../../../core/text/shown.ts"
import { LARGEST_INPUT } from "../bounded_read.ts"
import { contentOf, membersOf } from "../zip.ts"
import { type Npy, readNpy } from "./npy.ts"

/**
 * Reads one array of a `.npz` file: that called `key`, or the only one.
 *
 * - Errors: `ArgumentError` for a damaged archive, a member that is larger than its directory says or than
 *   {@link LARGEST_INPUT}, a key that there is none of, several arrays without a key, and those of `readNpy`.
 * - Source: numpy.savez.
 */
export const readNpz = (bytes: Uint8Array, name: string, key?: string): E.Either<ArgumentError, Npy> => {
  const bad = (want: string, got: string, fix = "") => cannot(`read ${name}`, want, got, fix)
  const members = membersOf(bytes)
  if (members === undefined) return bad("a whole zip file of arrays", "a damaged one")
  const arrays = members.filter((m) => m.name.endsWith(".npy"))
  const names = arrays.map((m) => m.name.slice(0, -".npy".length))
  if (arrays.length === 0) {
    const fix = members.some((m) => m.name.startsWith("xl/")) ? "save the sheet as .csv" : ""
    return bad("a zip file of arrays (.npy)", `one of ${choices(members.map((m) => m.name))}`, fix)
  }
  if (key === undefined && arrays.length > 1) {
    return bad("one array", `${arrays.length}: ${choices(names)}`, "choose one with --key NAME")
  }
  const chosen = arrays[key === undefined ? 0 : names.indexOf(key)]
  if (chosen === undefined) return bad(`an array called ${shown(key)}`, choices(names, key))
  const want = `a whole ${chosen.name}`
  if (chosen.size > LARGEST_INPUT) return bad(`at most ${LARGEST_INPUT} bytes in ${chosen.name}`, `${chosen.size}`)
  return pipe(
    contentOf(bytes, chosen),
    E.mapLeft((got) => argumentError({ doing: `read ${name}`, want, got })),
    E.chain((content) => readNpy(content, `${chosen.name} of ${name}`))
  )
}
