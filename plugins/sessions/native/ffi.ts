/** Foreign functions of the runtime: Bun's and Deno's, as one. Found while running, so that this loads anywhere. */
import { Effect, Predicate } from "effect"
import { attempt, forbidden, NativeError, otherSession, refusal } from "./failure.ts"

/** A library's function on a memory: see `NativeRun`. The address is that of the memory's first byte. */
type RunAt<Address> = (memory: Address, slots: number, threads: number) => number

/** A loaded library: its function, how a view's address is told, and the end. */
export interface Opened<Address> {
  readonly run: RunAt<Address>
  readonly addressOf: (view: ArrayBufferView) => Address
  readonly close: () => void
}

/** Opens a library by its path; what is done with it cannot depend on how a runtime writes an address. */
export interface Ffi {
  readonly name: string
  readonly open: <R>(path: string, use: <Address>(library: Opened<Address>) => R) => R
}

/**
 * The runtime's foreign functions.
 *
 * - Errors: `NativeError` with reason `no-ffi` under Node, `not-permitted` under Deno without `--allow-ffi`.
 */
export const findFfi: Effect.Effect<Ffi, NativeError> = Effect.suspend(() => {
  if ("bun" in process.versions) return bun
  return "deno" in process.versions ? deno : Effect.fail(missing())
})

/** What is used of `bun:ffi`. */
interface BunFfi {
  readonly dlopen: (
    path: string,
    symbols: { readonly pgx_run: { readonly args: readonly string[]; readonly returns: string } }
  ) => { readonly symbols: { readonly pgx_run: RunAt<number> }; readonly close: () => void }
  readonly ptr: (view: ArrayBufferView) => number
}

const isBunFfi = (x: unknown): x is BunFfi =>
  Predicate.isObject(x) && Predicate.isFunction(x.dlopen) && Predicate.isFunction(x.ptr)

/** A variable's module is not looked for before it runs: Deno and Node have none of this name. */
const BUN_FFI: string = "bun:ffi"

const bun: Effect.Effect<Ffi, NativeError> = Effect.gen(function* () {
  const module: unknown = yield* attempt("find Bun's foreign functions", () => import(BUN_FFI))
  if (!isBunFfi(module)) return yield* missing()
  return {
    name: "bun:ffi",
    open: (path, use) => {
      const library = module.dlopen(path, { pgx_run: { args: ["ptr", "i32", "i32"], returns: "i32" } })
      return use({ run: library.symbols.pgx_run, addressOf: module.ptr, close: () => library.close() })
    }
  } satisfies Ffi
})

/** What is used of Deno; the address is opaque there. */
interface DenoFfi {
  readonly dlopen: (
    path: string,
    symbols: { readonly pgx_run: { readonly parameters: readonly string[]; readonly result: string } }
  ) => { readonly symbols: { readonly pgx_run: RunAt<object | null> }; readonly close: () => void }
  readonly UnsafePointer: { readonly of: (view: ArrayBufferView) => object | null }
  readonly permissions: {
    readonly querySync: (x: { readonly name: "ffi" }) => { readonly state: string; readonly partial?: boolean }
  }
}

const hasDeno = (x: object): x is { readonly Deno: DenoFfi } =>
  "Deno" in x && Predicate.isObject(x.Deno) && Predicate.isFunction(x.Deno.dlopen)

const deno: Effect.Effect<Ffi, NativeError> = Effect.suspend(() => {
  const scope: object = globalThis
  if (!hasDeno(scope)) return Effect.fail(missing())
  const { Deno } = scope
  // Asked here and not when loading: else a compilation would come first, or a question in the middle of a run.
  const { state, partial } = Deno.permissions.querySync({ name: "ffi" })
  if (state !== "granted" && partial !== true) {
    return Effect.fail(forbidden("load a compiled plan", "--allow-ffi", "no permission for foreign functions"))
  }
  const ffi: Ffi = {
    name: "Deno.dlopen",
    open: (path, use) => {
      const library = Deno.dlopen(path, { pgx_run: { parameters: ["pointer", "i32", "i32"], result: "i32" } })
      const { pgx_run } = library.symbols
      return use({ run: pgx_run, addressOf: (view) => Deno.UnsafePointer.of(view), close: () => library.close() })
    }
  }
  return Effect.succeed(ffi)
})

const missing = (): NativeError =>
  new NativeError({
    reason: "no-ffi",
    operation: "load a compiled plan",
    want: "a runtime that calls C (Bun or Deno)",
    got: `${process.release.name ?? "one"} ${process.version}`,
    fix: `run under Bun or Deno, ${otherSession}`
  })

/** Why a library did not open. */
export const notLoadable = (path: string, cause: unknown): NativeError => {
  const operation = "load a compiled plan"
  const known = refusal(operation, cause)
  if (known.reason === "not-permitted") return known
  return new NativeError({
    reason: "not-loadable",
    operation,
    want: `${path} to load`,
    got: known.got,
    fix: `set PGEX_CACHE to a folder from which programs may run, ${otherSession}`
  })
}
