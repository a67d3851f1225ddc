/** TensorFlow's C libraries and headers, out of its wheel. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { findPython } from "../../../io/user.ts"
import type { Environment } from "../../native/process.ts"
import { lastWords, run, setupError } from "./failure.ts"
import type { Build } from "./place.ts"

export const TENSORFLOW = "2.16.1"

const HERE = fileURLToPath(new URL(".", import.meta.url))

/**
 * Installs the wheel into `folder` and nothing that Python would need to use it: only its C libraries are wanted, so
 * any Python with pip will do, whatever its version. For CUDA the wheels that it names for that come too.
 */
export const installWheel = Effect.fn("setup.wheel")(function* (
  build: Build,
  python: string,
  folder: string,
  environment: Environment
) {
  const onlyProcessor = build === "cpu" && process.platform === "linux" && process.arch === "x64"
  yield* pip(python, folder, environment, [`${onlyProcessor ? "tensorflow-cpu" : "tensorflow"}==${TENSORFLOW}`])
  if (build === "cuda") yield* pip(python, folder, environment, cudaWheels(folder))
})

/** The Python that is asked for, or the user's, with pip. */
export const findPip = Effect.fn("setup.python")(function* (asked: string | undefined, environment: Environment) {
  const doing = "find Python with pip"
  const python = findPython(asked, environment)
  const missing = setupError({
    reason: "no-python",
    doing,
    want: E.isLeft(python) ? python.left.join(" or ") : python.right,
    got: "no such program",
    fix: "install Python 3 with pip, or name one with --python PATH"
  })
  if (E.isLeft(python)) return yield* Effect.fail(missing)
  const file = python.right
  const args = ["-m", "pip", "--version"]
  const folder = HERE // `-m` takes modules of the folder that it is started in first, which may be anybody's
  const { code } = yield* run({ doing, file, args, folder, environment, timeLimit: "60 seconds" }, missing)
  if (code === 0) return file
  const fix = `install pip for it (${file} -m ensurepip), or name another Python with --python PATH`
  return yield* Effect.fail(setupError({ reason: "no-pip", doing, want: `${file} with pip`, got: "no pip", fix }))
})

const pip = (python: string, folder: string, environment: Environment, packages: readonly string[]) =>
  Effect.gen(function* () {
    const doing = `install ${packages.join(", ")} with pip`
    const args = [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"],
      ...["--only-binary=:all:", "--implementation", "cp", "--python-version", "3.11", "--abi", "cp311"],
      ...["--abi", "abi3", "--abi", "none", "--target", folder, ...packages]
    ]
    const missing = setupError({ reason: "no-python", doing, want: python, got: "no such program" })
    const ending = yield* run({ doing, file: python, args, folder, environment, timeLimit: "2 hours" }, missing)
    if (ending.code === 0) return
    return yield* Effect.fail(
      setupError({
        reason: "download-failed",
        doing,
        want: `wheels of ${packages.join(", ")} for ${process.platform} ${process.arch}`,
        got: lastWords(ending),
        fix: "check that pip reaches a package index and that the disk has room, then run the same command again"
      })
    )
  })

/** What the wheel's own metadata names for its extra `and-cuda`: the CUDA libraries, with their versions. */
const cudaWheels = (folder: string): readonly string[] => {
  const info = readdirSync(folder).find((name) => /^tensorflow.*\.dist-info$/.test(name))
  if (info === undefined) return []
  const lines = readFileSync(join(folder, info, "METADATA"), "utf8").split("\n")
  return lines.flatMap((line) => {
    const [, name, version] = /^Requires-Dist: ([\w-]+) *\(?==([\w.]+)\)? *;.*and-cuda/.exec(line) ?? []
    return name === undefined ? [] : [`${name}==${version}`]
  })
}
