/** The one failure of everything between a C source and a function that can be called. */
import { Effect } from "effect"
import { type Failure, failureOf } from "../../../core/failure/mod.ts"

/** Why there is no native library: for whoever goes on by it, beside what a person reads. */
export type NativeReason =
  | "no-compiler"
  | "compiler-failed"
  | "compiler-hung"
  | "no-ffi"
  | "not-permitted"
  | "not-loadable"
  | "bad-setting"
  | "system"

export type NativeError = Failure<"NativeError"> & { readonly reason: NativeReason }

export const nativeError = failureOf<"NativeError", { readonly reason: NativeReason }>("NativeError")

/** What people are told where the machine cannot help them. */
export const otherSession = "or choose another session, such as --session wasm"

/**
 * Runs what may throw. Deno's refusals become `not-permitted`, with the flag that would permit it.
 *
 * - Errors: `NativeError` with reason `not-permitted` or `system`.
 */
export const attempt = <A>(
  doing: string,
  act: () => A | Promise<A>,
  fix = `mend that, ${otherSession}`
): Effect.Effect<A, NativeError> =>
  Effect.tryPromise({ try: async () => act(), catch: (cause) => refusal(doing, cause, fix) })

/** What the runtime or the operating system threw, as a failure. */
export const refusal = (doing: string, cause: unknown, fix = `mend that, ${otherSession}`): NativeError => {
  const got = cause instanceof Error ? cause.message : String(cause)
  const flag = deniedFlag(cause)
  if (flag === undefined) {
    return nativeError({ reason: "system", doing, want: "a machine that lets it", got, fix })
  }
  return forbidden(doing, flag, got.replace(/, run again with.*$/s, ""))
}

/** Deno said no: the flag that would make it say yes. */
export const forbidden = (doing: string, flag: string, got: string): NativeError =>
  nativeError({
    reason: "not-permitted",
    doing,
    want: `Deno's permission ${flag}`,
    got,
    fix: `start with deno run ${flag}, or with -A for all permissions`
  })

/** The flag whose absence made Deno throw: its errors carry it in their sentence, and nowhere else. */
export const deniedFlag = (cause: unknown): string | undefined =>
  cause instanceof Error && cause.name === "NotCapable" ? /--allow-[a-z]+/.exec(cause.message)?.[0] : undefined
