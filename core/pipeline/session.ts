/** The contract of a session: whatever can give programs their numbers, and owns the memory that takes. */
import { Context, type Effect, Schema, type Scope } from "effect"
import type { Program } from "../program/program.ts"
import type { Shape } from "../program/shape.ts"

/** Host numbers in row-major order. */
export type Numbers = Float32Array | Float64Array | readonly number[]

/** Why a session could not do what it was asked. `operation` and `fix` are for the person who reads it. */
export class SessionError extends Schema.TaggedError<SessionError>()("SessionError", {
  session: Schema.String,
  operation: Schema.String,
  want: Schema.String,
  got: Schema.String,
  fix: Schema.String
}) {
  override get message(): string {
    return `Cannot ${this.operation} on session ${this.session}: want ${this.want}, got ${this.got}; ${this.fix}`
  }
}

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
  ) => Effect.Effect<Readonly<Record<Exclude<O, T>, Float32Array | Float64Array>>, SessionError>
  /** Exact cost of one call, from the plan. */
  readonly cost: Cost
}

/** Floating-point operations and bytes moved by one call. */
export interface Cost {
  /** A multiply-add counts 2, every elementwise function 1. */
  readonly flops: number
  /** Read and written by the instructions, cache or not. */
  readonly bytes: number
}

export interface SessionService {
  /** `reference`, `wasm`, `wasm:relaxed`, … */
  readonly kind: string
  /** The precision numbers are kept in. */
  readonly dtype: "f32" | "f64"
  /** Makes a program ready; its memory is freed when the scope closes. */
  readonly compile: <I extends string, O extends string>(
    program: Program<I, O>
  ) => Effect.Effect<Executable<I, O>, SessionError, Scope.Scope>
  /** Memory of `shape`, zero or with the given values. */
  readonly buffer: (shape: Shape, values?: Numbers) => Effect.Effect<Buffer, SessionError, Scope.Scope>
  readonly write: (buffer: Buffer, values: Numbers) => Effect.Effect<void, SessionError>
  readonly read: (buffer: Buffer) => Effect.Effect<Float32Array | Float64Array, SessionError>
  /** Calls made so far and what they cost, over all executables: differences give the cost of a stage. */
  readonly work: Effect.Effect<{ readonly calls: number; readonly flops: number }>
  /** Bytes held now, and the most ever held. */
  readonly memory: Effect.Effect<{ readonly bytes: number; readonly peak: number }>
}

/** The session of the current scope. Layers: `plugins/session_reference`, `plugins/session_wasm`. */
export class Session extends Context.Service<Session, SessionService>()("policygradex/Session") {}
