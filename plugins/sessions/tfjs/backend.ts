/** The backends of TensorFlow.js: what each needs, and bringing one up. */

import { availableParallelism } from "node:os"
import { Effect, type Scope } from "effect"
import { isFailure } from "../../../core/failure/mod.ts"
import { type SessionError, sessionError } from "../../../core/service/session.ts"
import { type DeviceTensor, type Engine, isTensorFlow, type TensorFlow } from "./engine.ts"
import { type Found, findPackage, hasBinding, load, restoreUtil } from "./packages.ts"
import { passesNaN } from "./probe.ts"
import { packagesOf } from "./setup/place.ts"
import { adapterName, type Watched, watch } from "./webgpu.ts"

/** `node` and `node-gpu` are TensorFlow itself. */
export const backends = ["node-gpu", "webgpu", "node", "wasm", "cpu"] as const
export type BackendName = (typeof backends)[number]

/** A backend in use. */
export interface Backend {
  readonly name: BackendName
  readonly engine: Engine
  /** Makes it the one that kernels run on. */
  readonly activate: () => void
  /** Numbers can be read without waiting. */
  readonly immediate: boolean
  /** Kernels that pass on NaN. */
  readonly passesNaN: ReadonlySet<string>
  readonly threads: number
  /** How its device was lost, once it is. */
  readonly lost: () => string | undefined
  /** Told of what a kernel threw: that may be how it is heard of. */
  readonly notice: (cause: unknown) => void
  /** Waits for the work given so far. */
  readonly settled: () => Promise<unknown>
  /** Small constants that stay. */
  readonly scalar: (value: number) => DeviceTensor
}

interface Kind {
  /** The name under which TensorFlow.js knows it. */
  readonly registered: string
  readonly packages: readonly string[]
  readonly fix: string
  readonly find: () => readonly Found[] | undefined
  readonly immediate: boolean
  readonly threads: number
}

const VERSION = "4.22.0"
const core = "@tensorflow/tfjs-core"

const pure = (name: "cpu" | "wasm" | "webgpu"): Kind => {
  const packages = [core, `@tensorflow/tfjs-backend-${name}`]
  return {
    registered: name,
    packages,
    fix: `npm install ${packages.map((p) => `${p}@${VERSION}`).join(" ")}`,
    find: () => all(packages.map((p) => findPackage(p))),
    immediate: name !== "webgpu",
    threads: 1
  }
}

const native = (name: "tfjs-node" | "tfjs-node-gpu", build: "cpu" | "cuda"): Kind => ({
  registered: "tensorflow",
  packages: [`@tensorflow/${name}`],
  fix: `run pgex setup tensorflow${build === "cuda" ? " --cuda" : ""}`,
  find: () => {
    const own = findPackage(`@tensorflow/${name}`)
    if (own !== undefined && hasBinding(own)) return [own]
    const folder = packagesOf(build)
    const built = folder === undefined ? undefined : findPackage("@tensorflow/tfjs-node", folder)
    return built !== undefined && hasBinding(built) ? [built] : undefined
  },
  immediate: true,
  threads: availableParallelism()
})

const kinds: Readonly<Record<BackendName, Kind>> = {
  "node-gpu": native("tfjs-node-gpu", "cuda"),
  webgpu: pure("webgpu"),
  node: native("tfjs-node", "cpu"),
  wasm: pure("wasm"),
  cpu: pure("cpu")
}

const all = <A>(xs: readonly (A | undefined)[]): readonly A[] | undefined => {
  const there = xs.filter((x) => x !== undefined)
  return there.length === xs.length ? there : undefined
}

/** Whether what a backend loads is there, and what to do where it is not. */
export const isInstalled = (name: BackendName): { readonly works: boolean; readonly reason: string } => {
  const found = kinds[name].find()
  if (found === undefined) return { works: false, reason: missing(name).message }
  return { works: true, reason: found.map((p) => `${p.name} ${p.version}`).join(", ") }
}

/** One that is up, and how many sessions use it. */
interface Running {
  readonly backend: Backend
  readonly end: () => void
  users: number
  idle?: ReturnType<typeof setTimeout>
}

/** Backends that are up, or coming up: one of each for the process. */
const running = new Map<BackendName, Promise<Running>>()

/** How long an idle GPU is kept for the next session, ms: its device keeps the process from ending. */
const IDLE = 100

/**
 * Brings a backend up, or takes the one that is up, for as long as the scope.
 *
 * - Errors: `SessionError`: its packages are missing (names them), or it does not start here (says why).
 */
export const acquireBackend = (name: BackendName): Effect.Effect<Backend, SessionError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => {
        const coming = running.get(name) ?? begin(name)
        const r = await coming
        r.users++
        clearTimeout(r.idle)
        return r
      },
      catch: (cause) => (isFailure(cause, "SessionError") ? cause : failed(name, cause))
    }),
    (r) =>
      Effect.sync(() => {
        r.users--
        if (r.users === 0 && !r.backend.immediate) r.idle = setTimeout(r.end, IDLE)
      })
  ).pipe(Effect.map((r) => r.backend))

const begin = (name: BackendName): Promise<Running> => {
  const coming = start(name)
  running.set(name, coming)
  coming.catch(() => running.delete(name))
  return coming
}

const failed = (name: BackendName, cause: unknown): SessionError =>
  sessionError(`tfjs:${name}`, {
    operation: "start",
    want: "a backend of TensorFlow.js that works",
    got: cause instanceof Error ? cause.message.split("\n")[0]! : String(cause),
    fix: "choose another session, such as --session wasm"
  })

const start = async (name: BackendName): Promise<Running> => {
  const kind = kinds[name]
  const found = kind.find()
  if (found === undefined) throw missing(name)
  const rival = [...running.keys()].find((n) => n !== name && kinds[n].registered === kind.registered)
  if (rival !== undefined) throw taken(name, rival)
  if (name === "webgpu") await adapterName()
  if (kind.registered === "tensorflow") restoreUtil()
  const tf = namespace(found)
  // Or it warns of everything that another copy of a package has registered already.
  tf.env().set("PROD", true)
  for (const p of found) load(p)
  // Small operations stay on the device too: no number depends on where its operands happen to be.
  if (name === "webgpu") tf.env().set("WEBGPU_CPU_FORWARD", false)
  if (!(await tf.setBackend(kind.registered))) throw new Error("no device")
  if (name === "node-gpu" && Reflect.get(tf.backend(), "isUsingGpuDevice") !== true) throw noGpu
  const engine = tf.engine()
  const state: { lost?: string } = {}
  const scalars = new Map<number, DeviceTensor>()
  let ended = false
  const end = (): void => {
    if (ended) return
    ended = true
    running.delete(name)
    for (const s of scalars.values()) s.dispose()
    scalars.clear()
    const again = tf.findBackendFactory(kind.registered)
    // Its memory goes with it; the next session begins with a new one.
    tf.removeBackend(kind.registered)
    tf.registerBackend(kind.registered, again, 3)
  }
  const device: Watched | undefined =
    name === "webgpu"
      ? watch(tf.backend(), (how) => {
          state.lost = how
          end()
        })
      : undefined
  const backend: Backend = {
    name,
    engine,
    // At once for a backend that is up, though it gives a promise.
    activate: () => engine.backendName !== kind.registered && void tf.setBackend(kind.registered),
    immediate: kind.immediate,
    passesNaN: await passesNaN(engine),
    threads: kind.threads,
    lost: () => state.lost,
    notice: (cause) => {
      const said = cause instanceof Error ? cause.message : String(cause)
      // TensorFlow's own words; after one of these its context answers every call with them.
      if (name === "node-gpu" && /CUDA_ERROR|CUDA context|cudaError/.test(said)) state.lost = `a lost one (${said})`
    },
    settled: () => device?.settled() ?? Promise.resolve(),
    scalar: (value) => {
      const known = scalars.get(value)
      if (known !== undefined) return known
      const made = engine.makeTensor(Float32Array.of(value), [], "float32")
      // A scope that is open must not end it.
      made.kept = true
      scalars.set(value, made)
      return made
    }
  }
  const stop = (): void => {
    end()
    device?.destroy()
  }
  return { backend, end: stop, users: 0 }
}

const missing = (name: BackendName): SessionError => {
  const { packages, fix, registered } = kinds[name]
  const want = `the npm package${packages.length > 1 ? "s" : ""} ${packages.join(" and ")}`
  return sessionError(`tfjs:${name}`, {
    operation: "start",
    want: registered === "tensorflow" ? `${want} with its native part` : want,
    got: "none that can be loaded",
    fix
  })
}

const taken = (name: BackendName, rival: BackendName): SessionError =>
  sessionError(`tfjs:${name}`, {
    operation: "start",
    want: "one TensorFlow in a process",
    got: `tfjs:${rival} already in use`,
    fix: "use a process for each"
  })

const noGpu = sessionError("tfjs:node-gpu", {
  operation: "start",
  want: "a GPU that TensorFlow can use",
  got: "none",
  fix: "install NVIDIA's driver 525 or newer, or use tfjs:node"
})

/** The namespace of the core that these packages use. */
const namespace = ([first]: readonly Found[]): TensorFlow => {
  const tf = first === undefined ? undefined : load(first, core)
  if (!isTensorFlow(tf)) throw new Error(`${core} is not TensorFlow.js ${VERSION}`)
  return tf
}
