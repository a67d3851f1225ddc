/** Real TensorFlow for the session `tfjs:node`: built once, from packages of PyPI and npm, in the user's cache folder. */

import { existsSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { shellWord } from "../../../../core/text/command.ts"
import { replaceFile } from "../../../io/disk.ts"
import type { Environment } from "../../native/process.ts"
import { compileBinding } from "./compile.ts"
import { lastWords, run, type SetupError, setupError } from "./failure.ts"
import { installPackages, TFJS } from "./packages.ts"
import { whole } from "./parts.ts"
import { type Build, type BuildRecord, builtIn, defaultFolder, keepToOwner, type Place, placeOf } from "./place.ts"
import { findPip, installWheel, TENSORFLOW } from "./wheel.ts"

export interface SetupOptions {
  readonly build: Build
  /** The Python whose pip is used. Default: that of the variable `PGEX_PYTHON`, else the first of the search path. */
  readonly python?: string
  /** Where to build. Default: the user's cache folder. */
  readonly folder?: string
  /** Variables of the programs that are run: where they are found, and what they read. Default: this process's. */
  readonly environment?: Environment
  /** Told of each step as it begins. */
  readonly say?: (line: string) => Effect.Effect<void>
}

export interface SetupOutcome extends BuildRecord {
  readonly folder: string
  /** Whether it was there already. */
  readonly already: boolean
  /** Whether TensorFlow found a GPU that it can use. */
  readonly isGpu: boolean
}

/**
 * Builds TensorFlow for tfjs-node, or finds that it is built. Each step leaves either its whole result or nothing, so
 * that the command can be stopped at any moment and run again.
 *
 * - Errors: `SetupError` with a reason for the program and a fix for the person.
 */
export const setupTensorflow = Effect.fn("setup.tensorflow")(function* (options: SetupOptions) {
  const { build, environment = process.env, say = () => Effect.void } = options
  const place = placeOf(options.folder === undefined ? defaultFolder(build) : resolve(options.folder))
  const wanted: BuildRecord = { build, tensorflow: TENSORFLOW, tfjs: TFJS }
  yield* supported(build)
  const there = builtIn(place)
  if (there !== undefined && existsSync(place.binding)) {
    if (there.build !== build || there.tensorflow !== TENSORFLOW || there.tfjs !== TFJS)
      return yield* Effect.fail(other(place, there))
    yield* ownersOnly(place)
    const { isGpu } = yield* check(place, environment)
    return { ...there, folder: place.folder, already: true, isGpu }
  }
  yield* Effect.tryPromise({
    try: () => mkdir(place.folder, { recursive: true, mode: 0o700 }),
    catch: (cause) => unwritable(place, cause)
  })
  yield* ownersOnly(place)
  if (!existsSync(place.wheel)) {
    const python = yield* findPip(options.python, environment)
    yield* say(`1/4 TensorFlow ${TENSORFLOW} from PyPI${build === "cuda" ? " with CUDA (3 GB)" : " (0.2 to 0.6 GB)"}`)
    yield* whole(place.wheel, (part) => installWheel(build, python, part, environment))
  }
  if (!existsSync(place.packages)) {
    yield* say(`2/4 tfjs-node ${TFJS} from npm`)
    yield* whole(place.packages, (part) => installPackages(part, environment))
  }
  yield* say("3/4 compiling the native part")
  yield* compileBinding(build, place, environment)
  yield* say("4/4 computing with it")
  const { isGpu } = yield* check(place, environment)
  yield* Effect.tryPromise({
    try: () => replaceFile(place.record, `${JSON.stringify(wanted)}\n`),
    catch: (cause) => unwritable(place, cause)
  })
  const outcome: SetupOutcome = { ...wanted, folder: place.folder, already: false, isGpu }
  return outcome
})

/** What is loaded from there is code. A folder that was asked for is as whoever asked for it wants it. */
const ownersOnly = (place: Place) =>
  place.folder === defaultFolder("cpu") || place.folder === defaultFolder("cuda")
    ? Effect.try({ try: () => keepToOwner(place.folder), catch: (cause) => unwritable(place, cause) })
    : Effect.void

const supported = (build: Build): Effect.Effect<void, SetupError> => {
  const here = `${process.platform} ${process.arch}`
  const good = build === "cuda" ? ["linux x64"] : ["linux x64", "linux arm64", "darwin arm64", "darwin x64"]
  if (good.includes(here)) return Effect.void
  return Effect.fail(
    setupError({
      reason: "unsupported",
      doing: `build TensorFlow for ${build === "cuda" ? "CUDA" : "the processor"}`,
      want: `one of ${good.join(", ")}`,
      got: here,
      fix: "use the session tfjs:webgpu, or wasm"
    })
  )
}

const other = (place: Place, there: BuildRecord): SetupError =>
  setupError({
    reason: "system",
    doing: `build in ${place.folder}`,
    want: "an empty folder",
    got: `TensorFlow ${there.tensorflow} (${there.build}) with tfjs-node ${there.tfjs}`,
    fix: "remove that folder, or choose another with --dir"
  })

const unwritable = (place: Place, cause: unknown): SetupError =>
  setupError({
    reason: "system",
    doing: `build in ${place.folder}`,
    want: "a folder that can be written",
    got: cause instanceof Error ? cause.message : String(cause),
    fix: "mend that, or choose another folder with --dir"
  })

/** Computes with the build in a process of its own. */
const check = Effect.fn("setup.check")(function* (place: Place, variables: Environment) {
  const doing = "compute with TensorFlow"
  const script = fileURLToPath(new URL("./check.ts", import.meta.url))
  const before = process.versions.deno === undefined ? ["--no-install", "--no-env-file"] : ["run", "-A", "--no-check"]
  const missing = setupError({ reason: "system", doing, want: process.execPath, got: "nothing" })
  const command = { doing, file: process.execPath, args: [...before, script, place.packages] }
  const environment = { ...variables, TF_CPP_MIN_LOG_LEVEL: "2" }
  const ending = yield* run({ ...command, folder: place.folder, environment, timeLimit: "5 minutes" }, missing)
  const line = ending.stdout.split("\n").findLast((l) => l.startsWith('{"works"'))
  if (ending.code === 0 && line !== undefined) return { isGpu: line.includes('"isGpu":true') }
  return yield* Effect.fail(
    setupError({
      reason: "not-loadable",
      doing,
      want: "a native part that this runtime can load",
      got: ending.code === null ? "a process that was ended by the system" : lastWords(ending),
      fix: `remove ${shellWord(place.folder)} and run the same command again; tfjs:wasm needs no native part`
    })
  )
})
