/** `pgex replay --picture FILE --states FILE`: what was replayed, to look at and to keep. */
import { extname } from "node:path"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, argumentError, cannot } from "../../core/failure/mod.ts"
import { type FileError, fileError } from "../../core/service/file_error.ts"
import { rowsOf } from "../../core/service/run_store.ts"
import type { Environment, Episode, Picture } from "../../envs/mod.ts"
import { encode } from "../io/content.ts"
import { replaceFile } from "../io/disk.ts"
import { filmOf, pngOf } from "../io/png.ts"

/** What can be seen of an episode now, or of a state that was kept of one. */
export type Seen = Pick<Episode, "render" | "picture" | "state">

/** A file that is made of an episode while it is replayed. */
export interface Drawing {
  /** To be called at the reset and after each step. */
  readonly watch: (now: Seen) => void
  /**
   * Writes the file, in one step, and gives its size in bytes.
   *
   * - Errors: `ArgumentError` where the environment has no such pictures or states; `FileError`.
   */
  readonly write: Effect.Effect<number, ArgumentError | FileError>
}

const SIZE = { width: 480, height: 360 }

/** Pictures a second of a film, about: shorter steps are shown in part. */
const RATE = 25

/**
 * The drawing that a file's ending asks for: `.png` and `.svg` of the last state, `.apng` of the whole episode.
 *
 * - Errors: `ArgumentError` for another ending.
 */
export const drawingOf = (path: string, env: Environment): E.Either<ArgumentError, Drawing> => {
  const ending = extname(path).toLowerCase()
  if (ending === ".svg")
    return E.right(
      lastOf(
        path,
        env,
        (e) => e.render(),
        (svg) => svg
      )
    )
  if (ending === ".png") return E.right(lastOf(path, env, (e) => e.picture(SIZE), pngOf))
  if (ending === ".apng") return E.right(wholeOf(path, env))
  const want = "a name that ends in .png or .svg (the last state), or in .apng (the episode)"
  return cannot("write --picture", want, path)
}

/**
 * The states of an episode, each a row.
 *
 * - Shapes: `[steps + 1, stateSize]`, float64.
 * - Errors: `ArgumentError` for a name that does not end in `.npy`.
 */
export const recordingOf = (path: string, env: Environment): E.Either<ArgumentError, Drawing> => {
  if (extname(path).toLowerCase() !== ".npy") return cannot("write --states", "a name that ends in .npy", path)
  const states: Float64Array[] = []
  return E.right({
    watch: (now) => {
      const state = now.state()
      if (state !== undefined) states.push(state)
    },
    write: Effect.suspend((): Drawing["write"] => {
      if (states.length === 0) {
        const want = "an environment whose states are in this process"
        return Effect.fail(argumentError({ doing: `write ${path}`, want, got: env.id, fix: "leave --states out" }))
      }
      return written(path, encode(rowsOf(states)))
    })
  })
}

/** The state that the episode was left in: drawn then, for only then is it known to be the last. */
const lastOf = <A>(
  path: string,
  env: Environment,
  see: (now: Seen) => A | undefined,
  encode: (seen: A) => Uint8Array | string
): Drawing => {
  let latest: Seen | undefined
  return {
    watch: (now) => void (latest = now),
    write: Effect.suspend((): Drawing["write"] => {
      const seen = latest === undefined ? undefined : see(latest)
      return seen === undefined ? undrawn(path, env) : written(path, encode(seen))
    })
  }
}

const wholeOf = (path: string, env: Environment): Drawing => {
  const every = Math.max(Math.round(1 / (RATE * env.secondsPerStep)), 1)
  const film = filmOf(Math.round(1000 * every * env.secondsPerStep))
  let calls = 0
  let last: Seen | undefined
  const take = (picture: Picture | undefined): void => {
    if (picture !== undefined) film.add(picture)
  }
  return {
    watch: (now) => {
      const shown = calls++ % every === 0
      if (shown) take(now.picture(SIZE))
      last = shown ? undefined : now
    },
    write: Effect.suspend((): Drawing["write"] => {
      take(last?.picture(SIZE))
      const bytes = film.file()
      return bytes.length === 0 ? undrawn(path, env) : written(path, bytes)
    })
  }
}

const undrawn = (path: string, env: Environment): Effect.Effect<never, ArgumentError> => {
  const isSvg = extname(path).toLowerCase() === ".svg"
  const want = isSvg
    ? "an environment that draws its states"
    : "an environment that is drawn as pixels, as MuJoCo's are"
  const fix = isSvg ? "leave --picture out" : "try a name that ends in .svg"
  return Effect.fail(argumentError({ doing: `write ${path}`, want, got: env.id, fix }))
}

const written = (path: string, bytes: Uint8Array | string): Effect.Effect<number, FileError> =>
  Effect.uninterruptible(
    Effect.tryPromise({
      try: () => replaceFile(path, bytes),
      catch: (cause) => fileError("write", path, cause)
    })
  ).pipe(Effect.as(bytes.length))
