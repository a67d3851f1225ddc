/** What a backend does with NaN, asked of it: shader compilers and SIMD kernels may take numbers to be no NaN. */
import type { DeviceTensor, Engine } from "./engine.ts"

const unary = ["Exp", "Log", "Tanh", "Sigmoid", "Sqrt", "Abs"] as const
const binary = ["Maximum", "Minimum"] as const

/** Kernels that must pass on NaN. */
export type Probed = (typeof unary)[number] | (typeof binary)[number] | "Max"

/** Those that do, on the active backend. */
export const passesNaN = async (engine: Engine): Promise<ReadonlySet<Probed>> => {
  const made: DeviceTensor[] = []
  const vector = (...xs: number[]): DeviceTensor => {
    made.push(engine.makeTensor(Float32Array.from(xs), [xs.length], "float32"))
    return made[made.length - 1]!
  }
  const outcomes: { readonly name: Probed; readonly result: DeviceTensor; readonly odd: readonly number[] }[] = []
  const ask = (
    name: Probed,
    odd: readonly number[],
    inputs: Readonly<Record<string, DeviceTensor>>,
    how = {}
  ): void => {
    const result = engine.runKernel(name, inputs, how)
    outcomes.push({ name, result: Array.isArray(result) ? result[0]! : result, odd })
  }
  const x = vector(1, Number.NaN, 2)
  const y = vector(Number.NaN, 1, Number.NaN)
  for (const name of unary) ask(name, [1], { x })
  for (const name of binary) ask(name, [0, 1, 2], { a: x, b: y })
  for (const x of [vector(Number.NaN, 1, 2), vector(1, 2, Number.NaN)]) {
    ask("Max", [0], { x }, { reductionIndices: [0], keepDims: false })
  }
  const failing = new Set<Probed>()
  for (const { name, result, odd } of outcomes) {
    const numbers = await result.data()
    if (odd.some((i) => !Number.isNaN(numbers[i]))) failing.add(name)
    result.dispose()
  }
  for (const t of made) t.dispose()
  return new Set([...unary, ...binary, "Max" as const].filter((name) => !failing.has(name)))
}
