/** A compiled plan as a function of TypeScript. */
import { Effect, type Scope } from "effect"
import type { Address } from "../../io/foreign.ts"
import type { NativeError } from "./failure.ts"
import { type Ffi, notLoadable, type Opened } from "./ffi.ts"

/**
 * Runs the plan once: `int32_t pgx_run(uint8_t *memory, int32_t slots, int32_t threads)`; 0 means that all went well.
 *
 * `memory` is a view of the whole arena. Its address is asked once per view, so a view must not outlive what it shows:
 * give a new view when a WebAssembly memory has grown. `slots` is the byte offset of the table of byte offsets.
 */
export type NativeRun = (memory: ArrayBufferView, slots: number, threads: number) => number

/**
 * Loads a library until the scope closes; the system counts how often the same file is loaded. A call after that
 * throws instead of jumping into what is no longer there. A library that leaves threads behind must keep itself loaded
 * (RTLD_NODELETE): closing takes away the code they run.
 *
 * - Errors: `NativeError` with reason `not-loadable` or `not-permitted`.
 */
export const openLibrary = (ffi: Ffi, path: string): Effect.Effect<NativeRun, NativeError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({ try: () => callable(ffi.open(path)), catch: (cause) => notLoadable(path, cause) }),
    (library) => Effect.sync(library.close)
  ).pipe(Effect.map((library) => library.run))

interface Callable {
  readonly run: NativeRun
  readonly close: () => void
}

/**
 * Keeps the last view's address: asking for it costs more than the call. After the end the first thing that a call
 * does is to ask again, and that throws.
 *
 * The text is compiled anew for each library, told apart by its number: where several libraries share one text, their
 * calls are no constants for the engine's optimiser and take 95 ns in place of 10 (Deno 2.9, twelve libraries).
 */
const callable = (library: Opened): Callable => {
  let open = true
  const addressOf = (view: ArrayBufferView): Address => {
    if (open) return library.addressOf(view)
    throw new Error("A compiled plan was called after its scope had closed")
  }
  // What a text is cannot be checked; it is eight lines, below.
  const make = new Function("call", "addressOf", `${TEXT} // ${made++}`) as Maker
  const { run, forget } = make(library.run, addressOf)
  return {
    run,
    close: () => {
      open = false
      forget()
      library.close()
    }
  }
}

type Maker = (
  call: Opened["run"],
  addressOf: (view: ArrayBufferView) => Address
) => { readonly run: NativeRun; readonly forget: () => void }

let made = 0

const TEXT = `
let last, address
return {
  run: (memory, slots, threads) => {
    if (memory !== last) {
      address = addressOf(memory)
      last = memory
    }
    return call(address, slots, threads)
  },
  forget: () => { last = undefined }
}`
