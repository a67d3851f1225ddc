/**
 * The part of TensorFlow.js that is used here, as types of our own: its packages are optional, so their types may be
 * absent where this is checked.
 */

/** A tensor on a backend. */
export interface DeviceTensor {
  readonly shape: readonly number[]
  readonly dataId: object
  /** Outlives the scopes of the engine. */
  kept: boolean
  readonly dispose: () => void
  readonly data: () => Promise<ArrayLike<number>>
  readonly dataSync: () => ArrayLike<number>
}

export type KernelInputs = Readonly<Record<string, DeviceTensor>> | readonly DeviceTensor[]

/** What runs kernels and remembers tensors; one for the whole process, whatever the number of packages and copies. */
export interface Engine {
  readonly backendName: string
  readonly makeTensor: (values: Float32Array | Int32Array, shape: readonly number[], dtype: string) => DeviceTensor
  readonly runKernel: (name: string, inputs: KernelInputs, attributes: object) => DeviceTensor | DeviceTensor[]
  readonly startScope: (name: string) => void
  readonly endScope: (survivors: readonly DeviceTensor[]) => void
  readonly memory: () => { readonly numTensors: number; readonly numBytes: number }
}

/** The namespace of `@tensorflow/tfjs-core`, and of every package that re-exports it. */
export interface TensorFlow {
  readonly engine: () => Engine
  readonly setBackend: (name: string) => Promise<boolean>
  readonly backend: () => object
  readonly findBackendFactory: (name: string) => () => object
  readonly removeBackend: (name: string) => void
  readonly registerBackend: (name: string, factory: () => object, priority: number) => boolean
  readonly env: () => { readonly set: (flag: string, value: boolean | number) => void }
}

export const isTensorFlow = (x: unknown): x is TensorFlow =>
  typeof x === "object" &&
  x !== null &&
  "engine" in x &&
  typeof x.engine === "function" &&
  "setBackend" in x &&
  typeof x.setBackend === "function" &&
  "backend" in x &&
  typeof x.backend === "function" &&
  "env" in x &&
  typeof x.env === "function"
