/** From a C source to a function: the cache's library, or one that is compiled now. */
import { createHash } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { type Duration, Effect, Equal, Exit, Hash, RcMap, Scope } from "effect"
import { monotonicSeconds } from "../../../core/service/monotonic.ts"
import { forget, keep, libraryKey, recall } from "./cache.ts"
import { cacheLimit, openCache } from "./cache_folder.ts"
import { type Compiler, compile, compileFlags, findCompiler, type Optimise } from "./compiler.ts"
import { attempt, type NativeError } from "./failure.ts"
import { type Ffi, findFfi } from "./ffi.ts"
import { type NativeRun, openLibrary } from "./load.ts"
import type { Environment } from "./process.ts"
import { removeAtEnd, removeTemporary, temporaryFolder } from "./temporary.ts"

/** How a library is made. */
export interface LibraryOptions {
  /** Sources that many libraries share: each is compiled once, apart, and linked into this one. */
  readonly parts?: readonly string[]
  /** Default 3. */
  readonly optimise?: Optimise
  /** Most time that the compiler may take; default 60 seconds. */
  readonly timeLimit?: Duration.Input
  /** Told when a compilation starts: it may take a second. */
  readonly onCompile?: (compiler: Compiler) => Effect.Effect<void>
  /** Variables, for the compiler as well; default the process's own. */
  readonly environment?: Environment
}

/** A library that is loaded. */
export interface NativeLibrary {
  readonly run: NativeRun
  /** Whether nothing had to be compiled. */
  readonly cached: boolean
  /** How long it took, from the source to the function. */
  readonly seconds: number
  readonly compiler: Compiler
  /** Sentences a person should see once: why the cache is not used, what was found damaged. */
  readonly warnings: readonly string[]
}

/**
 * Makes `pgx_run` of a C source callable until the scope closes.
 *
 * The source includes nothing but the system's headers: its text is what the cache knows it by. Requests for the same
 * source at the same time are one compilation, and one library as long as one of their scopes is open.
 *
 * - Errors: `NativeError`; trying again after one starts afresh.
 */
export const nativeLibrary = (
  source: string,
  options: LibraryOptions = {}
): Effect.Effect<NativeLibrary, NativeError, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const environment = yield* attempt("read the environment", () => ({ ...(options.environment ?? process.env) }))
      // A scope of its own, so that a failure is not held, and given again, for as long as the caller's scope is open.
      const own = yield* Scope.fork(yield* Effect.scope)
      return yield* restore(RcMap.get(yield* libraries, request(source, options, environment))).pipe(
        Scope.provide(own),
        Effect.onError((cause) => Scope.close(own, Exit.failCause(cause)))
      )
    })
  )

/** A request is equal to one that would get the same library. */
interface Request extends Equal.Equal {
  readonly source: string
  readonly options: LibraryOptions
  readonly environment: Environment
  readonly id: string
}

const request = (source: string, options: LibraryOptions, environment: Environment): Request => {
  const { CC, PATH, PGEX_CACHE, XDG_CACHE_HOME, HOME, LOCALAPPDATA } = environment
  const id = createHash("sha256")
    .update(
      JSON.stringify([
        source,
        options.parts,
        options.optimise,
        CC,
        PATH,
        PGEX_CACHE,
        XDG_CACHE_HOME,
        HOME,
        LOCALAPPDATA
      ])
    )
    .digest("hex")
  return {
    source,
    options,
    environment,
    id,
    [Hash.symbol]: () => Hash.string(id),
    [Equal.symbol]: (that) => "id" in that && that.id === id
  }
}

/** The libraries of this process (of this thread, where there are several), each as long as somebody uses it. */
const libraries = Effect.suspend(() => {
  map ??= Effect.runSync(RcMap.make({ lookup: make }).pipe(Scope.provide(Scope.makeUnsafe())))
  return Effect.succeed(map)
})

let map: RcMap.RcMap<Request, NativeLibrary, NativeError> | undefined

const make = Effect.fn("native.library")(function* ({ source, options, environment }: Request) {
  const start = yield* monotonicSeconds
  const ffi = yield* findFfi
  const compiler = yield* findCompiler(environment)
  const flags = compileFlags(compiler, options.optimise ?? 3)
  const parts = options.parts ?? []
  const key = libraryKey(["library", source, ...parts], compiler, flags)
  const limit = yield* cacheLimit(environment)
  const cache = yield* Effect.result(openCache(environment))
  removeAtEnd(environment)
  const warnings = cache._tag === "Failure" ? [notCached(cache.failure)] : []
  const timeLimit = options.timeLimit ?? "60 seconds"

  /** The file of an object in the cache, or one that is compiled into `folder`. */
  const objectOf = Effect.fnUntraced(function* (part: string, index: number, folder: string) {
    const name = libraryKey(["object", part], compiler, flags)
    const known = cache._tag === "Success" ? (yield* recall(cache.success, name)).path : undefined
    if (known !== undefined) return known
    const [text, output] = [`part${index}.c`, `part${index}.o`]
    yield* attempt(`write a source into ${folder}`, () => writeFile(join(folder, text), part))
    yield* compile(
      compiler,
      flags,
      { folder, source: text, output, makes: "object", objects: [] },
      environment,
      timeLimit
    )
    if (cache._tag === "Success") yield* Effect.ignore(keep(cache.success, name, join(folder, output), limit))
    return output
  })

  const found = cache._tag === "Success" ? yield* fromCache(ffi, cache.success, key) : undefined
  if (found?.damaged) warnings.push("A damaged file in the cache of compiled plans was replaced")
  const load = Effect.gen(function* () {
    yield* options.onCompile?.(compiler) ?? Effect.void
    const folder = yield* temporaryFolder(environment)
    const objects = yield* Effect.forEach(parts, (part, i) => objectOf(part, i, folder))
    yield* attempt(`write a source into ${folder}`, () => writeFile(join(folder, "plan.c"), source))
    const plan = { folder, source: "plan.c", output: "plan.so", makes: "library", objects } as const
    yield* compile(compiler, flags, plan, environment, timeLimit)
    const compiled = join(folder, "plan.so")
    if (cache._tag === "Failure") return yield* openLibrary(ffi, compiled)
    const kept = yield* Effect.result(keep(cache.success, key, compiled, limit))
    if (kept._tag === "Failure") warnings.push(notCached(kept.failure))
    const run = yield* openLibrary(ffi, kept._tag === "Failure" ? compiled : kept.success)
    if (kept._tag === "Success") yield* removeTemporary(folder)
    return run
  })
  const run = found?.run ?? (yield* load)
  const seconds = (yield* monotonicSeconds) - start
  const library: NativeLibrary = { run, cached: found?.run !== undefined, seconds, compiler, warnings }
  return library
})

/** A library of the cache that does not load (built where the C library was newer, say) counts as damaged. */
const fromCache = Effect.fnUntraced(function* (ffi: Ffi, folder: string, key: string) {
  const { path, damaged } = yield* recall(folder, key)
  if (path === undefined) return { run: undefined, damaged }
  const run = yield* openLibrary(ffi, path).pipe(
    Effect.catchIf(
      (e) => e.reason === "not-loadable",
      () => Effect.as(forget(path), undefined)
    )
  )
  return { run, damaged: run === undefined }
})

const notCached = (e: NativeError): string => `${e.message}; compiled into a temporary folder, and anew the next time`
