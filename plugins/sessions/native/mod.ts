/**
 * The native session: every plan printed as one C file, compiled by the machine's compiler, loaded by FFI and run in the
 * arena. The fastest there is on a processor; its last bits depend on the processor and the compiler.
 */
import { availableParallelism } from "node:os"
import { Effect, Exit, Layer, Scope } from "effect"
import { type Plan, plan } from "../../../core/program/plan/mod.ts"
import { Session, type SessionError, sessionError } from "../../../core/service/session.ts"
import { arenaSession, type Code, type Engine } from "../arena/mod.ts"
import type { NativeError } from "./failure.ts"
import { type LibraryOptions, nativeLibrary } from "./library.ts"
import { printPlan } from "./source/mod.ts"

/** How a native session is made. */
export interface NativeOptions extends LibraryOptions {
  /** Most bytes the session may hold; at most and by default 2 GiB. */
  readonly memoryLimit?: number
  /** Threads that one large step may use, default one a core. The numbers do not depend on it. */
  readonly threads?: number
  /** Is told, a sentence each, what a person should know: that the cache of compiled plans cannot be used, say. */
  readonly warn?: (sentence: string) => Effect.Effect<void>
}

/**
 * A session that lives as long as the scope it is made in.
 *
 * - Errors: `SessionError` where there is no compiler or no FFI: found out here, not at the first program.
 */
export const make = Effect.fn("session.native")(function* (options: NativeOptions = {}) {
  const threads = options.threads ?? availableParallelism()
  const engine = compiler(threads, options)
  yield* Effect.scoped(engine.prepare(nothing))
  return yield* arenaSession(engine, options.memoryLimit)
})

/** Provides `Session`. */
export const layer = (options: NativeOptions = {}): Layer.Layer<Session, SessionError> =>
  Layer.effect(Session)(make(options))

/** The plan of no computation: what compiles it and loads it can do so with others. */
const nothing: Plan = plan({ name: "nothing", inputs: {}, outputs: {} })

const NO_WORDS = new Int32Array(0)

const compiler = (threads: number, { warn = () => Effect.void, ...options }: NativeOptions): Engine => {
  const said = new Set<string>()
  const tell = (warnings: readonly string[]) =>
    Effect.forEach(warnings, (w) =>
      said.has(w)
        ? Effect.void
        : Effect.andThen(
            Effect.sync(() => said.add(w)),
            warn(w)
          )
    )
  return {
    kind: "native",
    threads,
    bitEqual: false,
    scratchBytes: 0,
    prepare: (p) => {
      // For threads whatever their number, so that one library serves a session with many and those of workers.
      const { source, parts } = printPlan(p, { threads: true })
      return loaded(source, { ...options, parts }).pipe(
        Effect.tap(({ warnings }) => tell(warnings)),
        Effect.map(
          ({ run }): Code => ({
            words: NO_WORDS,
            run: (heap, _, slots) => {
              run(heap.f32, slots, threads)
            }
          })
        ),
        Effect.mapError((e) => refused(p, e))
      )
    }
  }
}

/** Libraries that stay loaded, the last used last. */
const kept = new Map<string, Scope.Closeable>()

/** A run has some twenty programs, and makes each of them ready for every one of its hundreds of trainings. */
const MOST_KEPT = 64

/**
 * The library of a source. It stays loaded when the scope closes, for whoever wants it next: loading one again costs a
 * millisecond, and memory that the runtime's FFI does not give back.
 */
const loaded = Effect.fnUntraced(function* (source: string, options: LibraryOptions) {
  const library = yield* nativeLibrary(source, options)
  if (options.environment === undefined) yield* Effect.uninterruptible(keep(source, options))
  return library
})

const keep = Effect.fnUntraced(function* (source: string, options: LibraryOptions) {
  const known = kept.get(source)
  const scope = known ?? (yield* Scope.make())
  if (known === undefined) yield* nativeLibrary(source, options).pipe(Scope.provide(scope))
  kept.delete(source)
  kept.set(source, scope)
  const [oldest] = kept
  if (kept.size <= MOST_KEPT || oldest === undefined) return
  kept.delete(oldest[0])
  yield* Scope.close(oldest[1], Exit.void)
})

const refused = (p: Plan, e: NativeError): SessionError =>
  sessionError("native", {
    operation: p === nothing ? "start" : `compile ${p.name}`,
    want: `${e.want}, to ${e.doing}`,
    got: e.got,
    fix: e.fix
  })
