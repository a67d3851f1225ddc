/** Packages that are there only where somebody installed them. */
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { argumentError } from "../../../core/failure/mod.ts"
import { packageFolder } from "../../io/installed.ts"

/** What `load` imports, of a package of that name. Errors: an `ArgumentError` is thrown where it is not installed. */
export const optional = <A>(name: string, path: string, load: () => Promise<A>): Promise<A> => {
  // A runtime that is asked for a package that is not there may fetch it.
  if (packageFolder(name, dirname(fileURLToPath(import.meta.url))) !== undefined) return load()
  throw argumentError({ doing: `read ${path}`, want: `the package ${name}`, got: "none", fix: `npm install ${name}` })
}
