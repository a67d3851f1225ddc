/** A Hessian's trace and its ends, whole and by layer. */
import { Effect } from "effect"
import type { Policy } from "../../../algorithms/mod.ts"
import { type Block, hutchPlusPlus, lanczos, type Trace, together, withinBlock } from "../../../core/curvature/mod.ts"
import { child, fillNormal, type Key, stream } from "../../../core/random/mod.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { answered, type Products } from "./hessian.ts"

/** How closely to look. */
export interface Looking {
  /** Most products for a trace. */
  readonly probes: number
  /** Stops once the trace's interval reaches at most this far, as a part of the estimate; 0 spends all probes. */
  readonly relative: number
  /** The traces of the layers too. */
  readonly layers: boolean
}

/** Where eigenvalues at the ends are known to this part of the largest, single precision has nothing more to say. */
const ENDS = { steps: 60, tolerance: 1e-3 } as const

/** Trace by Hutch++, ends by Lanczos. */
export const lookAt = Effect.fnUntraced(function* (
  products: Products,
  policy: Pick<Policy, "size" | "blocks" | "network">,
  { probes, relative, layers }: Looking,
  key: Key
) {
  const { size } = policy
  const whole = yield* fromEither(
    yield* answered(hutchPlusPlus(size, { stream: stream(child(key, "trace")), probes, relative }), products)
  )
  const start = new Float64Array(size)
  fillNormal(stream(child(key, "start")), start)
  const { values, residuals } = yield* fromEither(yield* answered(lanczos(start, ENDS), products))
  const end = (i: number) => ({ value: values[i]!, residual: residuals[i]! })
  const ends = { trace: told(whole), largest: end(0), smallest: end(values.length - 1) }
  if (!layers) return { ...ends, layers: undefined }
  const named = layersOf(policy)
  const each = yield* answered(
    together(
      named.map((block) =>
        withinBlock(
          hutchPlusPlus(block.size, { stream: stream(child(key, "layer", block.name)), probes, relative }),
          block,
          size
        )
      )
    ),
    products
  )
  const traces = yield* Effect.forEach(each, fromEither)
  return { ...ends, layers: named.map(({ name }, i) => ({ name, ...told(traces[i]!) })) }
})

const told = ({ estimate, low, high, level, probes }: Trace) => ({ estimate, low, high, level, probes })

/** The network's arrays, and what of θ lies beside the network. */
const layersOf = ({
  blocks,
  network
}: Pick<Policy, "blocks" | "network">): readonly (Block & { readonly name: string })[] => [
  ...network.layout.blocks.map(({ name, offset, shape }) => ({ name, offset, size: sizeOf(shape) })),
  ...blocks
    .filter(({ name }) => name !== "network")
    .map(({ name, offset, shape }) => ({ name, offset, size: sizeOf(shape) }))
]

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)
