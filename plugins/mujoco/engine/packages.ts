/** The engines there are: which npm package holds which MuJoCo, and where its parts are. */
import { readFileSync, realpathSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Predicate } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { reasonOf } from "../../../core/service/file_error.ts"
import { packageFolder, readJson } from "../../io/installed.ts"
import { type EngineError, engineError } from "./failure.ts"

/** MuJoCo's version: which physics it is. Versions differ in numbers, Ant's from its first contact on. */
export type EngineId = "3.14.0" | "3.3.8"

/** The parts of an engine, before anything of them runs. */
export interface Parts {
  /** Emscripten's JavaScript, without the machine code. */
  readonly script: string
  readonly path: string
  /** The machine code, read when it is asked for: a thread that was handed it compiled does without. */
  readonly code: () => Uint8Array<ArrayBuffer>
}

interface Package {
  readonly name: string
  /** The package's own version. */
  readonly version: string
  readonly script: string
  /** The machine code's file; nothing where it stands in the script, as base64 between these. */
  readonly code: string | readonly [before: string, after: string]
}

const packages: Readonly<Record<EngineId, Package>> = {
  "3.14.0": { name: "@mujoco/mujoco", version: "3.14.0", script: "mujoco.js", code: "mujoco.wasm" },
  "3.3.8": { name: "mujoco-js", version: "0.0.7", script: "dist/mujoco_wasm.js", code: ["base64Decode('", "'"] }
}

/** All engines, the one of today first. */
export const engineIds: readonly EngineId[] = ["3.14.0", "3.3.8"]

/** Where an engine's package is, and what it is called: for `pgex doctor`. */
export interface Installed {
  readonly id: EngineId
  readonly name: string
  /** Nothing where it is not there. */
  readonly version: string | undefined
}

/** What is installed, looked up and not loaded. */
export const installedEngines = (): readonly Installed[] =>
  engineIds.map((id) => ({ id, name: packages[id].name, version: found(packages[id])?.version }))

const HERE = fileURLToPath(new URL(".", import.meta.url))

const found = ({ name }: Package): { readonly folder: string; readonly version: string } | undefined => {
  const folder = packageFolder(name, HERE)
  const manifest = folder === undefined ? undefined : readJson(join(folder, "package.json"))
  return folder !== undefined && Predicate.hasProperty(manifest, "version")
    ? { folder: realpathSync(folder), version: String(manifest.version) }
    : undefined
}

/**
 * Reads an engine's parts.
 *
 * - Errors: `no-package`; `other-package` where another version is installed, or its files are not those of this one.
 */
export const readParts = (id: EngineId): E.Either<EngineError, Parts> => {
  const wanted = packages[id]
  const [doing, want] = [`start MuJoCo ${id}`, `the npm package ${wanted.name} ${wanted.version}`]
  const fix = `npm install ${wanted.name}@${wanted.version}`
  const is = found(wanted)
  if (is === undefined) return E.left(engineError({ doing, want, got: "none", fix, reason: "no-package" }))
  if (is.version !== wanted.version)
    return E.left(engineError({ doing, want, got: `version ${is.version}`, fix, reason: "other-package" }))
  const read = E.tryCatch(
    () => partsOf(is.folder, wanted),
    (cause) => engineError({ doing, want, got: reasonOf(cause), fix, reason: "other-package" })
  )
  return E.chain((parts: Parts | undefined) =>
    parts === undefined
      ? E.left(engineError({ doing, want, got: "one without machine code", fix, reason: "other-package" }))
      : E.right(parts)
  )(read)
}

const partsOf = (folder: string, { script, code }: Package): Parts | undefined => {
  const path = join(folder, script)
  const text = readFileSync(path, "utf8")
  if (typeof code === "string")
    return { script: text, path, code: () => new Uint8Array(readFileSync(join(folder, code))) }
  const from = text.indexOf(code[0]) + code[0].length
  const to = text.indexOf(code[1], from)
  if (from < code[0].length || to < 0) return undefined
  const bytes = () => new Uint8Array(Buffer.from(text.slice(from, to), "base64"))
  return { script: text.slice(0, from) + text.slice(to), path, code: bytes }
}
