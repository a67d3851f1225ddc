/** The one failure of everything between a C source and a function that can be called. */
import { Effect, Schema } from "effect"

/** Why there is no native library. `operation` and `fix` are for the person who reads it, `reason` for the program. */
export class NativeError extends Schema.TaggedError<NativeError>()("NativeError", {
  reason: Schema.Literals([
    "no-compiler",
    "compiler-failed",
    "compiler-hung",
    "no-ffi",
    "not-permitted",
    "not-loadable",
    "bad-setting",
    "system"
  ]),
  operation: Schema.String,
  want: Schema.String,
  got: Schema.String,
  fix: Schema.String
}) {
  override get message(): string {
    return `Cannot ${this.operation}: want ${this.want}, got ${this.got}; ${this.fix}`
  }
}

/** What people are told where the machine cannot help them. */
export const otherSession = "or choose another session, such as --session wasm"

/**
 * Runs what may throw. Deno's refusals become `not-permitted`, with the flag that would permit it.
 *
 * - Errors: `NativeError` with reason `not-permitted` or `system`.
 */
export const attempt = <A>(
  operation: string,
  act: () => A | Promise<A>,
  fix = `mend that, ${otherSession}`
): Effect.Effect<A, NativeError> =>
  Effect.tryPromise({ try: async () => act(), catch: (cause) => refusal(operation, cause, fix) })

/** What the runtime or the operating system threw, as a failure. */
export const refusal = (operation: string, cause: unknown, fix = `mend that, ${otherSession}`): NativeError => {
  const got = cause instanceof Error ? cause.message : String(cause)
  const flag = deniedFlag(cause)
  if (flag === undefined) {
    return new NativeError({ reason: "system", operation, want: "a machine that lets it", got, fix })
  }
  return forbidden(operation, flag, got.replace(/, run again with.*$/s, ""))
}

/** Deno said no: the flag that would make it say yes. */
export const forbidden = (operation: string, flag: string, got: string): NativeError =>
  new NativeError({
    reason: "not-permitted",
    operation,
    want: `Deno's permission ${flag}`,
    got,
    fix: `start with deno run ${flag}, or with -A for all permissions`
  })

/** The flag whose absence made Deno throw: its errors carry it in their sentence, and nowhere else. */
export const deniedFlag = (cause: unknown): string | undefined =>
  cause instanceof Error && cause.name === "NotCapable" ? /--allow-[a-z]+/.exec(cause.message)?.[0] : undefined
