/**
 * GFLOP/s of the bare GEMM kernel, without a session: every shape that a 4-64-64-64-2 policy meets, and larger ones,
 * in all four transposed forms. `bun bench/kernels_gemm.ts`; the suite `kernels` measures the same through a session.
 */
import { instantiate, relaxedAvailable, SCRATCH_BYTES } from "../plugins/sessions/wasm/module.ts"

export interface GemmRate {
  readonly build: "plain" | "relaxed"
  readonly m: number
  readonly n: number
  readonly k: number
  /** GFLOP/s of A·B, Aᵀ·B, A·Bᵀ, Aᵀ·Bᵀ, each operand stored so that this is the product. */
  readonly rates: readonly [number, number, number, number]
}

/** m, n, k. The second line: forward, weight gradient and input gradient of a last layer; the third: of a first one. */
const sizes = [
  ...[
    [64, 64, 64],
    [2048, 64, 64],
    [64, 64, 2048],
    [256, 256, 256],
    [1280, 400, 400]
  ],
  ...[
    [2048, 2, 64],
    [64, 2, 2048],
    [2048, 64, 2],
    [2048, 1, 64],
    [64, 1, 2048]
  ],
  ...[
    [64, 64, 4],
    [2048, 64, 4],
    [4, 64, 2048],
    [1, 64, 64]
  ]
] as const

const SCRATCH = 65536
const A = SCRATCH + SCRATCH_BYTES

/**
 * Measures. Each figure is the best of many short runs over `seconds`: on a machine that others use too, the best is
 * what the code can do. `fill` gives the numbers of A and B.
 */
export const measure = (seconds = 0.2, fill: (i: number) => number = (i) => ((i * 7919) % 1009) / 1009 - 0.5) => {
  const builds = relaxedAvailable() ? (["plain", "relaxed"] as const) : (["plain"] as const)
  const memory = new WebAssembly.Memory({ initial: 1024 })
  const floats = new Float32Array(memory.buffer)
  return builds.flatMap((build) => {
    const { gemm } = instantiate(memory, build === "relaxed")
    return sizes.map(([m = 0, n = 0, k = 0]): GemmRate => {
      const b = (A + 4 * m * k + 63) & ~63
      const c = (b + 4 * k * n + 63) & ~63
      for (let i = 0; i < m * k; i++) floats[A / 4 + i] = fill(i)
      for (let i = 0; i < k * n; i++) floats[b / 4 + i] = fill(i + 1)
      const flops = 2 * m * n * k
      const calls = Math.ceil(1e7 / flops)
      const rate = (flags: number): number => {
        let best = 0
        for (const start = performance.now(); performance.now() - start < 1000 * seconds; ) {
          const before = performance.now()
          for (let i = 0; i < calls; i++) gemm(flags, 1, m, n, k, A, 0, b, 0, c, 0, SCRATCH)
          best = Math.max(best, (flops * calls) / (performance.now() - before) / 1e6)
        }
        return best
      }
      return { build, m, n, k, rates: [rate(0), rate(1), rate(2), rate(3)] }
    })
  })
}

if (import.meta.main) {
  process.stdout.write("build    m x n x k        A·B    Aᵀ·B    A·Bᵀ   Aᵀ·Bᵀ  GFLOP/s\n")
  for (const { build, m, n, k, rates } of measure()) {
    const shape = `${m} x ${n} x ${k}`
    process.stdout.write(
      `${build.padEnd(8)} ${shape.padEnd(14)}${rates.map((r) => r.toFixed(1).padStart(8)).join("")}\n`
    )
  }
}
