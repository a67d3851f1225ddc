/** Further inputs of a network, which weigh nothing. */
import type { Floats } from "../random/mod.ts"
import type { Told, Wire } from "./wire.ts"
import type { Linear } from "./wiring.ts"

/**
 * θ where there are further inputs, which weigh nothing: columns of zeros in all weights that see the state.
 *
 *     W' = [W_{…at−1}, 0, W_{at…}],   z = W' [x_{…at−1}; e; x_{at…}] + b = W x + b
 */
export const insertedInputs = (
  { layers, told }: { readonly layers: readonly Linear[]; readonly told: Told | undefined },
  theta: Floats,
  at: number,
  count: number
): Float64Array => {
  const tells = (input: number): boolean => told !== undefined && input >= told.at && input < told.at + told.tasks
  const parts = layers.map((layer) => {
    const seen = inputsOf(layer.from[0]!)
    const further = seen.some((input) => input !== undefined && !tells(input)) ? count : 0
    // Behind the inputs before them, whatever else the layer sees.
    const before = seen.findLastIndex((input) => input !== undefined && input < at) + 1
    return { rows: layer.width, own: seen.length, before, further, biases: layer.op.bias ? layer.width : 0 }
  })
  const out = new Float64Array(theta.length + parts.reduce((n, p) => n + p.rows * p.further, 0))
  let [from, to] = [0, 0]
  for (const { rows, own, before, further, biases } of parts) {
    for (let row = 0; row < rows; row++, from += own, to += own + further) {
      out.set(theta.subarray(from, from + before), to)
      out.set(theta.subarray(from + before, from + own), to + before + further)
    }
    out.set(theta.subarray(from, from + biases), to)
    from += biases
    to += biases
  }
  return out
}

/** Which input each column of a wire is, where it is one. */
const inputsOf = (x: Wire): readonly (number | undefined)[] => {
  if (x.op.kind === "input") return Array.from({ length: x.width }, (_, i) => i)
  if (x.op.kind === "concat") return x.from.flatMap(inputsOf)
  if (x.op.kind === "columns") return inputsOf(x.from[0]!).slice(x.op.at, x.op.at + x.width)
  return new Array<undefined>(x.width).fill(undefined)
}
