/** What WebGPU needs beside TensorFlow.js: a GPU object where the runtime has none, and word of a device's end. */
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { type SessionError, sessionError } from "../../../core/service/session.ts"
import { findPackage } from "./packages.ts"

/** The npm package that gives Bun and Node.js WebGPU. */
const GPU_PACKAGE = "webgpu"

/** Parts of the standard that are used here: runtimes differ in whether their types have it. */
interface Adapter {
  readonly info?: { readonly description?: string; readonly vendor?: string; readonly isFallbackAdapter?: boolean }
  readonly isFallbackAdapter?: boolean
}
interface Gpu {
  readonly requestAdapter: (options?: object) => Promise<Adapter | null>
}
interface Device {
  readonly lost: Promise<{ readonly message?: string; readonly reason?: string }>
  readonly addEventListener: (name: string, listener: (event: object) => void) => void
  readonly destroy: () => void
  readonly queue: { readonly onSubmittedWorkDone: () => Promise<unknown> }
}

const isObject = (x: unknown): x is object => typeof x === "object" && x !== null
const hasGpu = (x: object): x is { readonly gpu: Gpu } => "gpu" in x && isObject(x.gpu)
const hasDevice = (x: object): x is { readonly device: Device } => "device" in x && isObject(x.device)
const isPackage = (x: unknown): x is { readonly create: (flags: readonly string[]) => Gpu; readonly globals: object } =>
  isObject(x) && "create" in x && typeof x.create === "function" && "globals" in x && isObject(x.globals)

const cannot = (want: string, got: string, fix: string): SessionError =>
  sessionError("tfjs:webgpu", { operation: "start", want, got, fix })

/** The runtime's GPU object, or one from the npm package, put where TensorFlow.js looks for it. */
const gpuOf = async (): Promise<Gpu> => {
  if (hasGpu(navigator)) return navigator.gpu
  if (process.versions.deno !== undefined) {
    throw cannot("WebGPU in this runtime", "none", "start with deno run -A --unstable-webgpu")
  }
  const found = findPackage(GPU_PACKAGE)
  if (found === undefined) {
    const fix = `npm install ${GPU_PACKAGE}, or run under Deno with --unstable-webgpu`
    throw cannot("WebGPU in this runtime", `none, and no npm package ${GPU_PACKAGE}`, fix)
  }
  const made: unknown = await import(pathToFileURL(join(found.folder, "index.js")).href)
  if (!isPackage(made)) throw cannot(`the npm package ${GPU_PACKAGE} 0.6`, `version ${found.version}`, "install 0.6.2")
  Object.assign(globalThis, made.globals)
  const gpu = made.create([])
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true })
  return gpu
}

/** What TensorFlow.js would ask for. */
const request = { powerPreference: "high-performance" }

/**
 * Makes sure that there is an adapter, and tells which.
 *
 * - Errors: `SessionError` (rejected): no WebGPU here, or no adapter.
 */
export const adapterName = async (): Promise<{ readonly name: string; readonly software: boolean }> => {
  const adapter = await (await gpuOf()).requestAdapter(request)
  if (adapter === null) {
    const fix = "install the GPU's Vulkan driver, or choose another session, such as --session wasm"
    throw cannot("a WebGPU adapter", "none on this machine", fix)
  }
  const name = adapter.info?.description || adapter.info?.vendor || "an adapter without a name"
  const software = /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(name)
  return { name, software: software || (adapter.isFallbackAdapter ?? adapter.info?.isFallbackAdapter ?? false) }
}

/** The device of a backend, with what is heard of it. */
export interface Watched {
  readonly destroy: () => void
  /** Waits for the work given so far. */
  readonly settled: () => Promise<unknown>
}

/**
 * Calls `onEnd` once, when the device is lost or refuses work: its errors come late and by no other way, and the numbers
 * that follow are wrong.
 */
export const watch = (backend: object, onEnd: (how: string) => void): Watched => {
  if (!hasDevice(backend)) throw new Error("the backend webgpu has no device")
  const { device } = backend
  let open = true
  const end = (how: string): void => {
    if (open) onEnd(how)
    open = false
  }
  void device.lost.then(({ reason, message }) => end(`a lost one (${[reason, message].filter(Boolean).join(": ")})`))
  device.addEventListener("uncapturederror", (event) => {
    end(`one that refused work (${"error" in event ? described(event.error) : "no reason given"})`)
  })
  return {
    destroy: () => {
      open = false
      device.destroy()
    },
    settled: () => device.queue.onSubmittedWorkDone()
  }
}

/** An error's first line, or its kind where it says nothing. */
const described = (error: unknown): string => {
  if (!isObject(error)) return String(error)
  const message = "message" in error ? String(error.message).split("\n")[0] : ""
  return message || error.constructor.name
}
