/** Which Python runs the environments. */
import * as Either from "fp-ts/lib/Either.js"
import { findPython as find, type Variables } from "../io/user.ts"
import { type Fault, fault } from "./failure.ts"

/** The user's Python, or `wanted`. Errors: `no-python`. */
export const findPython = (wanted: string | undefined, variables: Variables): Either.Either<Fault, string> =>
  Either.mapLeft((names: readonly string[]) =>
    fault(
      "no-python",
      "a Python to run Gymnasium",
      `no program ${names.join(" or ")}`,
      "install Python 3.10 or newer, or say where it is by --python PATH or PGEX_PYTHON"
    )
  )(find(wanted, variables))
