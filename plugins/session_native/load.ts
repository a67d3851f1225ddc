/** A compiled plan as a function of TypeScript. */
import { Effect, type Scope } from "effect"
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
 * throws instead of jumping into what is no longer there.
 *
 * - Errors: `NativeError` with reason `not-loadable` or `not-permitted`.
 */
export const openLibrary = (ffi: Ffi, path: string): Effect.Effect<NativeRun, NativeError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({ try: () => ffi.open(path, callable), catch: (cause) => notLoadable(path, cause) }),
    (library) => Effect.sync(library.close)
  ).pipe(Effect.map((library) => library.run))

/** Keeps the last view's address: asking for it costs more than the call. */
const callable = <Address>(library: Opened<Address>): { readonly run: NativeRun; readonly close: () => void } => {
  const { addressOf } = library
  let call = library.run
  let last: ArrayBufferView | undefined
  let address: Address
  return {
    run: (memory, slots, threads) => {
      if (memory !== last) {
        address = addressOf(memory)
        last = memory
      }
      return call(address, slots, threads)
    },
    close: () => {
      call = closed
      library.close()
    }
  }
}

const closed = (): never => {
  throw new Error("A compiled plan was called after its scope had closed")
}
