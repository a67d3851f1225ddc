/** The contract of a session: whatever can give programs their numbers, and owns the memory that takes. */

import { Context, type Effect, Schema, type Scope } from "effect"
import { type Failure, failureOf } from "../failure/mod.ts"
import type { Program, Shape } from "../program/mod.ts"
import type { Complaint } from "../text/sentence.ts"

/** Host numbers in row-major order. */
export type Numbers = Float32Array | Float64Array | readonly number[]

/** A session that could not do what it was asked. */
export type SessionError = Failure<"SessionError">

/** What differs between the mistakes of one session. */
export interface Mistake extends Omit<Complaint, "doing"> {
  /** What was asked of it: `start`, `compile ppo`. */
  readonly operation: string
}

const failed = failureOf("SessionError")

/** What a session could not do: which one, what was asked of it, what was wanted, what came, and the fix. */
export const sessionError = (session: string, { operation, ...rest }: Mistake): SessionError =>
  failed({ doing: `${operation} on session ${session}`, ...rest })

/**
 * The session's device went away in the middle of its work: a GPU that was reset, a driver that ended. Nothing of this
 * session can be used any more; the same work can be done anew on another one.
 */
export type SessionLost = Failure<"SessionLost">

const lost = failureOf("SessionLost")

/** `got` is what is known of how it was lost. */
export const sessionLost = (session: string, operation: string, got: string): SessionLost =>
  lost({
    doing: `${operation} on session ${session}`,
    want: "its device",
    got,
    fix: "do the work again on another session"
  })

/** How a session in use fails: `SessionError` is for the caller to mend, `SessionLost` for whoever has another session. */
export type SessionFailure = SessionError | SessionLost

/**
 * Memory that stays in the session between calls (a parameter vector, an optimiser's moments). Belongs to the scope in
 * which it was made.
 */
export interface Buffer {
  readonly shape: Shape
  /** Which session made it; another session refuses it. */
  readonly owner: symbol
}

/** What a call may be given for an input: numbers, or a buffer of the session. */
export type Argument = Numbers | Buffer

/** Where a call may put an output: the caller's array (filled in place), or a buffer of the session. */
export type Target = Float32Array | Float64Array | Buffer

/**
 * A program made ready to run. Calls do not allocate but for outputs without a target, which come back as fresh arrays.
 */
export interface Executable<I extends string = string, O extends string = string> {
  /**
   * Runs once. Every input is needed; outputs named in `into` are put there, the others are returned.
   * Writing an output into the buffer that an input reads from is allowed (a parameter update in place).
   */
  readonly run: <T extends O = never>(
    inputs: Readonly<Record<I, Argument>>,
    into?: Readonly<Record<T, Target>>
  ) => Effect.Effect<Readonly<Record<Exclude<O, T>, Float32Array | Float64Array>>, SessionFailure>
  /** Exact cost of one call, from the plan. */
  readonly cost: Cost
}

/** Floating-point operations and bytes moved by one call. */
export const Cost = Schema.Struct({
  /** A multiply-add counts 2, every elementwise function 1. */
  flops: Schema.Number,
  /** Read and written by the instructions, cache or not. */
  bytes: Schema.Number
})
export type Cost = typeof Cost.Type

/** What a session did between two moments. */
export const costBetween = (before: Cost, now: Cost): Cost => ({
  flops: now.flops - before.flops,
  bytes: now.bytes - before.bytes
})

/** Together. */
export const totalCost = (costs: readonly Cost[]): Cost => ({
  flops: costs.reduce((sum, c) => sum + c.flops, 0),
  bytes: costs.reduce((sum, c) => sum + c.bytes, 0)
})

/** What a session can do, known when it is made. */
export interface Capabilities {
  /** The precision numbers are kept in. */
  readonly dtype: "f32" | "f64"
  /** Most bytes it may hold; infinite where only the machine limits it. */
  readonly memoryLimit: number
  /** Threads that one call may use; a device that is not the processor counts as one. */
  readonly threads: number
  /** Gives the same bits on every machine and runtime. */
  readonly bitEqual: boolean
  /** A call costs much beside its operations: a few large calls are faster than many small ones. */
  readonly highCallOverhead: boolean
}

/** What a session has done, over all its executables. */
export const Work = Schema.Struct({
  /** Programs compiled. */
  plans: Schema.Number,
  calls: Schema.Number,
  /** Over all calls. */
  ...Cost.fields,
  /** Spent in calls, by the clock. */
  seconds: Schema.Number
})
export type Work = typeof Work.Type

/** What computes: makes programs ready, holds their memory, runs them. */
export interface SessionService {
  /** `native`, `wasm`, `reference`, … */
  readonly kind: string
  readonly capabilities: Capabilities
  /** Makes a program ready; its memory is freed when the scope closes. */
  readonly compile: <I extends string, O extends string>(
    program: Program<I, O>
  ) => Effect.Effect<Executable<I, O>, SessionFailure, Scope.Scope>
  /** Memory of `shape`, zero or with the given values. */
  readonly buffer: (shape: Shape, values?: Numbers) => Effect.Effect<Buffer, SessionFailure, Scope.Scope>
  readonly write: (buffer: Buffer, values: Numbers) => Effect.Effect<void, SessionFailure>
  readonly read: (buffer: Buffer) => Effect.Effect<Float32Array | Float64Array, SessionFailure>
  /** Everything done so far: differences give the cost of a stage. */
  readonly work: Effect.Effect<Work>
  /** Bytes held now, and the most ever held. */
  readonly memory: Effect.Effect<{ readonly bytes: number; readonly peak: number }>
}

/**
 * The session of the current scope. Layers: `plugins/session.ts` and the folders it names.
 *
 * @example A program on WebAssembly
 * ```ts
 * import { Effect } from "effect"
 * import * as E from "fp-ts/lib/Either.js"
 * import { program, Session, wasm } from "policygradex"
 *
 * const doubled = program.program("doubled", { x: [2] }, ({ x }) => ({ y: program.mul(x, 2) }))
 * const run = Effect.gen(function* () {
 *   const session = yield* Session
 *   const p = yield* E.isRight(doubled) ? Effect.succeed(doubled.right) : Effect.fail(doubled.left)
 *   const ready = yield* session.compile(p)
 *   return yield* ready.run({ x: Float32Array.of(1, 2) })
 * })
 * await Effect.runPromise(Effect.scoped(run).pipe(Effect.provide(wasm.layer()))) // => { y: Float32Array.of(2, 4) }
 * ```
 */
export class Session extends Context.Service<Session, SessionService>()("policygradex/Session") {}
