/** Which Python runs the environments. */
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import * as Either from "fp-ts/lib/Either.js"
import type { Variables } from "./channel.ts"
import { type Fault, fault } from "./failure.ts"

/**
 * The Python of `wanted`, else of `PGEX_PYTHON`, else `python3` or `python` of the path.
 *
 * - Errors: `no-python`.
 */
export const findPython = (wanted: string | undefined, variables: Variables): Either.Either<Fault, string> => {
  const named = wanted ?? variables.PGEX_PYTHON
  const names = named === undefined || named === "" ? ["python3", "python"] : [named]
  const found = names.flatMap((name) => places(name, variables.PATH ?? "")).find(runs)
  if (found !== undefined) return Either.right(found)
  const fix = "install Python 3.10 or newer, or say where it is by --python PATH or PGEX_PYTHON"
  return Either.left(fault("no-python", "a Python to run Gymnasium", `no program ${names.join(" or ")}`, fix))
}

const places = (name: string, path: string): readonly string[] =>
  name.includes("/") ? [name] : path.split(delimiter).map((folder) => join(folder, name))

const runs = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
