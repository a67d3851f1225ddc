/** Which backend is the best that works here, and what there is. */
import { Effect, type Scope } from "effect"
import { type SessionError, sessionError } from "../../../core/service/session.ts"
import { acquireBackend, type Backend, type BackendName, backends, isInstalled } from "./backend.ts"
import { adapterName } from "./webgpu.ts"

/** Whether a backend can be had. */
export interface Availability {
  readonly backend: BackendName
  readonly works: boolean
  /** What it runs on, or what is missing and how to get it. */
  readonly reason: string
}

/**
 * Looks at every backend, the fastest first, without loading any: packages and native parts are there or not, WebGPU is
 * asked for its adapter.
 */
export const available = (): Effect.Effect<readonly Availability[]> => Effect.forEach(backends, look)

const look = (backend: BackendName): Effect.Effect<Availability> =>
  Effect.promise(async () => {
    const installed = isInstalled(backend)
    if (!installed.works || backend !== "webgpu") return { backend, ...installed }
    try {
      const { name, software } = await adapterName()
      return { backend, works: true, reason: software ? `${name}: software, no GPU` : name }
    } catch (cause) {
      return { backend, works: false, reason: cause instanceof Error ? cause.message : String(cause) }
    }
  })

/** The first that starts; a GPU that is only software comes after the processor itself. */
export const acquireBest: Effect.Effect<Backend, SessionError, Scope.Scope> = Effect.gen(function* () {
  const there = (yield* available()).filter((a) => a.works)
  const slow = (a: Availability) => a.backend === "webgpu" && /software/.test(a.reason)
  const order = [...there.filter((a) => !slow(a)), ...there.filter(slow)]
  for (const { backend } of order) {
    const up = yield* Effect.result(acquireBackend(backend))
    if (up._tag === "Success") return up.success
  }
  return yield* Effect.fail(
    sessionError("tfjs", {
      operation: "start",
      want: `one backend of TensorFlow.js: ${backends.join(", ")}`,
      got: order.length === 0 ? "no package of it" : `none that starts of ${order.map((a) => a.backend).join(", ")}`,
      fix: "npm install @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0"
    })
  )
})
