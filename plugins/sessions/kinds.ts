/** The kinds of session there are, by name: how each is made, and what it needs. One more kind is one more entry. */
import { Context, Effect, Layer } from "effect"
import { type Session, type SessionError, sessionError } from "../../core/service/session.ts"
import type { SessionKind } from "../../pipeline/internal.ts"
import * as reference from "./reference.ts"
import type { BackendName } from "./tfjs/mod.ts"
import * as wasm from "./wasm/mod.ts"

/** A kind that can be made: all but `auto`, which is a choice between them. */
export type Kind = Exclude<SessionKind, "auto">

/** How a session is made, whatever its kind. */
export interface SessionOptions {
  /** Most bytes it may hold; the kind's own limit by default. */
  readonly memoryLimit?: number
  /** Threads that one call may use, where the kind has threads; the kind's own choice by default. */
  readonly threads?: number
  /** Is told, a sentence each, what a person should know of it. */
  readonly warn?: (sentence: string) => Effect.Effect<void>
}

/** A kind of session. */
export interface KindEntry {
  /** What the machine or the runtime must have. */
  readonly needs: string
  /** Why one would ask for it. */
  readonly summary: string
  readonly layer: (options: SessionOptions) => Layer.Layer<Session, SessionError>
}

/** Every kind of session by its name. */
export type Kinds = Readonly<Record<Kind, KindEntry>>

/** What `auto` tries, the fastest first. The last needs nothing. */
export const automatic: readonly Kind[] = ["native", "wasm", "reference"]

type Make = (options: SessionOptions) => Layer.Layer<Session, SessionError>

/** A kind whose module is loaded when it is made: it may need what is not there. */
const lazily =
  (kind: Kind, load: () => Promise<Make>): Make =>
  (options) =>
    Layer.unwrap(
      Effect.map(
        Effect.tryPromise({
          try: load,
          catch: (e) =>
            sessionError(kind, {
              operation: "start",
              want: "its modules",
              got: e instanceof Error ? e.message : String(e),
              fix: `install what ${kind} needs, or use --session auto`
            })
        }),
        (make) => make(options)
      )
    )

const native: Make = lazily("native", async () => (await import("./native/mod.ts")).layer)

const tensorflow = (kind: Kind, backend: BackendName | "auto", needs: string, summary: string): KindEntry => ({
  needs,
  summary,
  layer: lazily(kind, async () => {
    const { layer } = await import("./tfjs/mod.ts")
    return ({ memoryLimit }) => layer(memoryLimit === undefined ? { backend } : { backend, memoryLimit })
  })
})

/** What there is. */
export const kinds: Kinds = {
  native: {
    needs: "a C compiler (cc, clang or gcc) and a runtime with FFI: Bun, or Deno with --allow-ffi",
    summary: "the fastest on a processor; its last bits depend on processor and compiler",
    layer: native
  },
  wasm: {
    needs: "nothing",
    summary: "the same bits on every machine and runtime",
    layer: ({ memoryLimit }) => wasm.layer(memoryLimit === undefined ? {} : { memoryLimit })
  },
  "wasm:relaxed": {
    needs: "a runtime with relaxed SIMD: Bun, Deno",
    summary: "wasm with fused multiply-add, where the machine has it",
    layer: ({ memoryLimit }) =>
      wasm.layer(memoryLimit === undefined ? { relaxed: true } : { relaxed: true, memoryLimit })
  },
  reference: {
    needs: "nothing",
    summary: "float64 by plain loops: slow, what the others are compared with",
    layer: () => reference.layer
  },
  tfjs: tensorflow("tfjs", "auto", "one of the tfjs kinds below", "TensorFlow.js on the best backend that is there"),
  "tfjs:node": tensorflow(
    "tfjs:node",
    "node",
    "@tensorflow/tfjs-node, or pgex setup tensorflow",
    "TensorFlow on the processor"
  ),
  "tfjs:node-gpu": tensorflow(
    "tfjs:node-gpu",
    "node-gpu",
    "@tensorflow/tfjs-node-gpu, or pgex setup tensorflow --cuda, and an NVIDIA GPU",
    "TensorFlow on CUDA"
  ),
  "tfjs:webgpu": tensorflow(
    "tfjs:webgpu",
    "webgpu",
    "@tensorflow/tfjs-core, its backend-webgpu, and WebGPU: built into Deno, the package webgpu under Bun",
    "TensorFlow.js on any GPU with a Vulkan, Metal or D3D12 driver"
  ),
  "tfjs:wasm": tensorflow(
    "tfjs:wasm",
    "wasm",
    "@tensorflow/tfjs-core and its backend-wasm",
    "TensorFlow.js kernels in WebAssembly"
  ),
  "tfjs:cpu": tensorflow(
    "tfjs:cpu",
    "cpu",
    "@tensorflow/tfjs-core and its backend-cpu",
    "TensorFlow.js kernels in JavaScript"
  )
}

/** The kinds of the context; those of this module unless others are provided. */
export const SessionKinds = Context.Reference<Kinds>("policygradex/SessionKinds", { defaultValue: () => kinds })
