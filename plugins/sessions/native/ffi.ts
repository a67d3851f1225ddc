/** Whether and how the runtime calls what was compiled. */
import { Effect, Predicate } from "effect"
import { type Address, addressOf, openLibrary } from "../../io/foreign.ts"
import { forbidden, type NativeError, nativeError, otherSession, refusal } from "./failure.ts"

/** A loaded plan: its function (see `NativeRun`), which takes the address of the memory's first byte, and the end. */
export interface Opened {
  readonly run: (memory: Address, slots: number, threads: number) => number
  readonly addressOf: (view: ArrayBufferView) => Address
  readonly close: () => void
}

/** The runtime's foreign functions. */
export interface Ffi {
  readonly name: string
  /** Opens a library by its path, or throws. */
  readonly open: (path: string) => Opened
}

/**
 * The runtime's foreign functions.
 *
 * - Errors: `NativeError` with reason `no-ffi` under Node, `not-permitted` under Deno without `--allow-ffi`.
 */
export const findFfi: Effect.Effect<Ffi, NativeError> = Effect.suspend(() => {
  if ("bun" in process.versions) return Effect.succeed({ name: "bun:ffi", open })
  if (!("deno" in process.versions)) return Effect.fail(missing())
  // Asked here and not when loading: else a compilation would come first, or a question in the middle of a run.
  return mayCall(globalThis)
    ? Effect.succeed({ name: "Deno.dlopen", open })
    : Effect.fail(forbidden("load a compiled plan", "--allow-ffi", "no permission for foreign functions"))
})

const open = (path: string): Opened => {
  const library = openLibrary<{ readonly pgx_run: Opened["run"] }>(path, {
    pgx_run: { takes: ["pointer", "i32", "i32"], gives: "i32" }
  })
  if (library === undefined) throw missing()
  return { run: library.symbols.pgx_run, addressOf, close: () => library.close() }
}

/** What is used of Deno. */
interface Permissions {
  readonly querySync: (x: { readonly name: "ffi" }) => { readonly state: string; readonly partial?: boolean }
}

const hasPermissions = (x: object): x is { readonly Deno: { readonly permissions: Permissions } } =>
  "Deno" in x && Predicate.hasProperty(x.Deno, "permissions")

const mayCall = (scope: object): boolean => {
  if (!hasPermissions(scope)) return false
  const { state, partial } = scope.Deno.permissions.querySync({ name: "ffi" })
  return state === "granted" || partial === true
}

const missing = (): NativeError =>
  nativeError({
    reason: "no-ffi",
    doing: "load a compiled plan",
    want: "a runtime that calls C (Bun or Deno)",
    got: `${process.release.name ?? "one"} ${process.version}`,
    fix: `run under Bun or Deno, ${otherSession}`
  })

/** Why a library did not open. */
export const notLoadable = (path: string, cause: unknown): NativeError => {
  const doing = "load a compiled plan"
  const known = refusal(doing, cause)
  if (known.reason === "not-permitted") return known
  return nativeError({
    reason: "not-loadable",
    doing,
    want: `${path} to load`,
    got: known.got,
    fix: `set PGEX_CACHE to a folder from which programs may run, ${otherSession}`
  })
}
