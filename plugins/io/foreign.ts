/** Functions of C libraries, by the foreign functions of Bun and of Deno as one. Found while running: this loads anywhere. */
import { createRequire } from "node:module"

/** Types as C has them. A `buffer` is given as a typed array, a `pointer` as {@link addressOf} tells it. */
type CType = "i32" | "u32" | "i64" | "usize" | "buffer" | "pointer" | "void"

/** What a function of C takes and gives. */
export interface Signature {
  readonly takes: readonly CType[]
  readonly gives: CType
}

/** A loaded library. */
export interface Library<F> {
  readonly symbols: F
  readonly close: () => void
}

/** Where something is in memory; a runtime's own, and the other one's nonsense. */
export type Address = number | bigint | object | null

/** What is used of `bun:ffi`. */
interface Bun {
  readonly dlopen: <F>(
    path: string,
    symbols: Readonly<Record<string, { readonly args: readonly string[]; readonly returns: string }>>
  ) => Library<F>
  readonly ptr: (view: ArrayBufferView) => number
}

/** What is used of Deno. */
interface Deno {
  readonly dlopen: <F>(
    path: string,
    symbols: Readonly<Record<string, { readonly parameters: readonly string[]; readonly result: string }>>
  ) => Library<F>
  readonly UnsafePointer: { readonly of: (view: ArrayBufferView) => object | null }
}

// Without a library's predicates: a thread that must be there at once loads this.
const isBun = (x: unknown): x is Bun => typeof x === "object" && x !== null && "dlopen" in x && "ptr" in x

const hasDeno = (x: object): x is { readonly Deno: Deno } =>
  "Deno" in x && typeof x.Deno === "object" && x.Deno !== null && "dlopen" in x.Deno

let found: Bun | undefined
const bun = (): Bun | undefined => {
  if (found !== undefined || !("bun" in process.versions)) return found
  const module: unknown = createRequire(import.meta.url)("bun:ffi")
  return (found = isBun(module) ? module : undefined)
}

const deno = (): Deno | undefined => {
  const scope: object = globalThis
  return hasDeno(scope) ? scope.Deno : undefined
}

/** Bun's names of types; those that are not here are the same. */
const BUN: Readonly<Partial<Record<CType, string>>> = { buffer: "ptr", pointer: "ptr", usize: "u64" }
const bunType = (type: CType): string => BUN[type] ?? type

/**
 * Opens a library; nothing where the runtime calls no C (Node). Throws what the runtime throws where there is no such
 * library, or no permission for it. F is what the signatures say, as functions.
 */
export const openLibrary = <F>(
  path: string,
  functions: Readonly<Record<keyof F & string, Signature>>
): Library<F> | undefined => {
  const named = Object.entries<Signature>(functions)
  const ofBun = bun()
  if (ofBun !== undefined) {
    const symbols = named.map(([k, { takes, gives }]) => [k, { args: takes.map(bunType), returns: bunType(gives) }])
    return ofBun.dlopen<F>(path, Object.fromEntries(symbols))
  }
  return deno()?.dlopen<F>(
    path,
    Object.fromEntries(named.map(([k, { takes, gives }]) => [k, { parameters: takes, result: gives }]))
  )
}

/** The address of a view's first byte. */
export const addressOf = (view: ArrayBufferView): Address => bun()?.ptr(view) ?? deno()?.UnsafePointer.of(view) ?? null

/** What the C library is called, the likeliest first. */
const LIBC = process.platform === "darwin" ? ["libSystem.B.dylib"] : ["libc.so.6", "libc.so"]

/** Opens the C library, as {@link openLibrary} does. */
export const openLibc = <F>(functions: Readonly<Record<keyof F & string, Signature>>): Library<F> | undefined => {
  let last: unknown
  for (const name of LIBC) {
    try {
      return openLibrary<F>(name, functions)
    } catch (cause) {
      last = cause
    }
  }
  throw last
}
