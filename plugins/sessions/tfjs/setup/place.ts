/** Where `pgex setup tensorflow` builds: a folder of the user's cache, or one that was asked for. */
import { chmodSync, readFileSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { cacheFolder } from "../../../io/user.ts"

/** TensorFlow on the processor, and on CUDA. */
export type Build = "cpu" | "cuda"

/** Names a build's folder where it is not in the cache. */
export const FOLDER_VARIABLE = "PGEX_TENSORFLOW"

/** The parts of a build's folder. */
export interface Place {
  readonly folder: string
  /** The wheel's libraries and headers. */
  readonly wheel: string
  /** npm packages, in its `node_modules`. */
  readonly packages: string
  /** The native part, which is there only when all is done. */
  readonly binding: string
  /** What was built, as JSON. */
  readonly record: string
}

export const placeOf = (folder: string): Place => {
  const packages = join(folder, "packages")
  const binding = join(packages, "node_modules", "@tensorflow", "tfjs-node", "lib", "napi-v8", "tfjs_binding.node")
  return { folder, wheel: join(folder, "wheel"), packages, binding, record: join(folder, "build.json") }
}

/** The folder that a build has where no other is asked for. */
export const defaultFolder = (build: Build): string =>
  process.env[FOLDER_VARIABLE]
    ? resolve(process.env[FOLDER_VARIABLE])
    : join(cacheFolder(process.env), `tensorflow-${build}`)

/** What a finished build says of itself. */
export interface BuildRecord {
  readonly build: Build
  readonly tensorflow: string
  readonly tfjs: string
}

const isRecord = (x: unknown): x is BuildRecord =>
  typeof x === "object" &&
  x !== null &&
  "build" in x &&
  (x.build === "cpu" || x.build === "cuda") &&
  "tensorflow" in x &&
  typeof x.tensorflow === "string" &&
  "tfjs" in x &&
  typeof x.tfjs === "string"

/** The finished build in a folder, if there is one. */
export const builtIn = (place: Place): BuildRecord | undefined => {
  try {
    const record: unknown = JSON.parse(readFileSync(place.record, "utf8"))
    return isRecord(record) ? record : undefined
  } catch {
    return undefined
  }
}

/**
 * Where the packages of a finished build are. They are code: a build in the cache into which others can put some is none, and
 * `pgex setup tensorflow` mends that.
 */
export const packagesOf = (build: Build): string | undefined => {
  const place = placeOf(defaultFolder(build))
  if (builtIn(place)?.build !== build) return undefined
  return process.env[FOLDER_VARIABLE] || isOurs(place.folder) ? place.packages : undefined
}

/** Whether a folder is this user's, or the system's, and nobody else can write it, as far as the system knows users. */
const isOurs = (folder: string): boolean => {
  const { uid, mode } = statSync(folder)
  return process.platform === "win32" || ((uid === process.getuid?.() || uid === 0) && (mode & WRITERS) === 0)
}

/** Group and everybody. */
const WRITERS = 0o022

/** Takes the right to write from group and everybody. */
export const keepToOwner = (folder: string): void => {
  const { mode } = statSync(folder)
  if (process.platform !== "win32" && (mode & WRITERS) !== 0) chmodSync(folder, mode & ~WRITERS)
}
