/**
 * The WebAssembly session: float32, SIMD kernels, nothing to install. The plain build gives the same bits on every
 * machine and runtime; `wasm:relaxed` uses fused multiply-add where the runtime has it.
 */
import { Effect, Layer } from "effect"
import { Session, type SessionError, sessionError } from "../../../core/service/session.ts"
import { arenaSession, type Engine } from "../arena/mod.ts"
import { instantiate, type Kernels, relaxedAvailable, SCRATCH_BYTES } from "./module.ts"
import { words } from "./words.ts"

/** How a WebAssembly session is made. */
export interface WasmOptions {
  /** Use relaxed SIMD; fails where the runtime lacks it. Default false. */
  readonly relaxed?: boolean
  /** Most bytes the session may hold; at most and by default 2 GiB. */
  readonly memoryLimit?: number
}

/**
 * A session that lives as long as the scope it is made in.
 *
 * - Errors: `SessionError` where relaxed SIMD is asked of a runtime without it, or its memory cannot be had.
 */
export const make = Effect.fn("session.wasm")(function* (options: WasmOptions = {}) {
  const relaxed = options.relaxed ?? false
  if (relaxed && !relaxedAvailable()) {
    return yield* Effect.fail(
      sessionError("wasm:relaxed", {
        operation: "start",
        want: "a runtime with relaxed SIMD",
        got: "one without",
        fix: 'use session "wasm"'
      })
    )
  }
  return yield* arenaSession(relaxed ? relaxedEngine : plainEngine, options.memoryLimit)
})

/**
 * Provides `Session`.
 *
 * - Errors: those of {@link make}.
 */
export const layer = (options: WasmOptions = {}): Layer.Layer<Session, SessionError> =>
  Layer.effect(Session)(make(options))

/** The kernels loop over the tape of a plan. */
const interpreter = (kind: string, relaxed: boolean): Engine => {
  const instances = new WeakMap<WebAssembly.Memory, Kernels>()
  const kernelsOf = (memory: WebAssembly.Memory): Kernels => {
    const known = instances.get(memory)
    if (known !== undefined) return known
    const made = instantiate(memory, relaxed)
    instances.set(memory, made)
    return made
  }
  return {
    kind,
    threads: 1,
    bitEqual: !relaxed,
    scratchBytes: SCRATCH_BYTES,
    prepare: ({ instructions }) =>
      Effect.sync(() => {
        const tape = words(instructions)
        return {
          words: tape,
          run: (heap, at, slots) => kernelsOf(heap.memory).run(at, at + 4 * tape.length, slots, heap.scratch)
        }
      })
  }
}

const plainEngine = interpreter("wasm", false)
const relaxedEngine = interpreter("wasm:relaxed", true)
