/**
 * The compiled kernels, ready to run in a memory of the caller's. ABI.md says what `run` reads there.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** What the module exports. All arguments are byte offsets or whole numbers; see ABI.md. */
export interface Kernels {
  /** Runs the tape in [tape, end): 0, or 1 + the word index of an instruction it does not know. */
  readonly run: (tape: number, end: number, slots: number, scratch: number) => number
  /** One GEMM without a tape: flags, batch, m, n, k, then offset and batch stride of A, B and C, then scratch. */
  readonly gemm: (
    flags: number,
    batch: number,
    m: number,
    n: number,
    k: number,
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    c: number,
    cStride: number,
    scratch: number
  ) => void
}

/** Bytes of scratch that `run` and `gemm` need at `scratch`, 16-byte aligned. */
export const SCRATCH_BYTES = 256 * 1024

const compiled = new Map<string, WebAssembly.Module>()

const compile = (file: string): WebAssembly.Module => {
  const known = compiled.get(file)
  if (known !== undefined) return known
  const module = new WebAssembly.Module(readFileSync(fileURLToPath(new URL(file, import.meta.url))))
  compiled.set(file, module)
  return module
}

const isKernels = (x: object): x is Kernels => "run" in x && "gemm" in x

/**
 * The kernels over `memory`. `relaxed` takes the build with fused multiply-add: faster, but its last bits depend on
 * the processor. Ask `relaxedAvailable()` first: where the runtime lacks relaxed SIMD this throws a CompileError.
 */
export const instantiate = (memory: WebAssembly.Memory, relaxed: boolean): Kernels => {
  const module = compile(relaxed ? "./kernels_relaxed.wasm" : "./kernels.wasm")
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  if (!isKernels(exports)) throw new Error("Cannot load the kernels: want exports run and gemm; rebuild with build.ts")
  return exports
}

/** A module of one function that uses f32x4.relaxed_madd. */
const probe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0], //                       magic, version
  ...[1, 5, 1, 96, 0, 1, 123], //                            type: () -> v128
  ...[3, 2, 1, 0], //                                        one function of it
  ...[10, 19, 1, 17, 0], //                                  code: body of 17 bytes, no locals
  ...[65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17], //    three times i32.const 0, i32x4.splat
  ...[253, 133, 2], //                                       f32x4.relaxed_madd
  11
)

/** Whether this runtime has relaxed SIMD. */
export const relaxedAvailable = (): boolean => WebAssembly.validate(probe)
