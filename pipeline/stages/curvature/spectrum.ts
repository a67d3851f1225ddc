/** A Hessian's trace, its ends and all between them, whole and by layer. */
import { Effect } from "effect"
import type { Policy } from "../../../algorithms/mod.ts"
import {
  type Block,
  diagonal,
  hutchPlusPlus,
  lanczos,
  spectrum,
  type Trace,
  together,
  withinBlock
} from "../../../core/curvature/mod.ts"
import { argumentError } from "../../../core/failure/mod.ts"
import { child, fillNormal, type Key, stream } from "../../../core/random/mod.ts"
import { fromEither } from "../../../core/service/from_either.ts"
import { answered, type Products } from "./hessian.ts"
import type { CurvaturePoint } from "./point.ts"

/** How closely to look. */
export interface Looking {
  /** Most products for a trace. */
  readonly probes: number
  /** Stops once the trace's interval reaches at most this far, as a part of the estimate; 0 spends all probes. */
  readonly relative: number
  /** The traces of the layers too. */
  readonly layers: boolean
  /** Traces by one product a parameter, exact but for rounding, of policies of fewer than {@link EXACT} parameters. */
  readonly exact: boolean
  /** All eigenvalues' density too. */
  readonly spectrum: boolean
}

/** What was seen of a Hessian. */
export type Seen = Pick<CurvaturePoint, "trace" | "largest" | "smallest" | "layers" | "spectrum">

/** So many products are minutes of a small policy. */
export const EXACT = 10_000

/** Where eigenvalues at the ends are known to this part of the largest, single precision has nothing more to say. */
const ENDS = { steps: 60, tolerance: 1e-3 } as const

/** As many starts as vectors that are multiplied together; so many steps tell eigenvalues apart by some percents of the largest. */
const SPECTRUM = { starts: 8, steps: 30 } as const

/**
 * Trace by Hutch++ or exactly, ends and spectrum by Lanczos.
 *
 * - Errors: `ArgumentError` for fewer than two probes, products that are not finite, and exact traces of a policy that is too large;
 *   `SessionError`, `SessionLost`.
 */
export const lookAt = Effect.fnUntraced(function* (
  products: Products,
  policy: Pick<Policy, "size" | "blocks" | "network">,
  looking: Looking,
  key: Key
) {
  const { size } = policy
  const { trace, layers } = looking.exact
    ? yield* exactTraces(products, policy)
    : yield* estimatedTraces(products, policy, looking, key)
  const start = new Float64Array(size)
  fillNormal(stream(child(key, "start")), start)
  const { values, residuals } = yield* fromEither(yield* answered(lanczos(start, ENDS), products))
  const end = (i: number) => ({ value: values[i]!, residual: residuals[i]! })
  const all = looking.spectrum
    ? yield* fromEither(
        yield* answered(spectrum(size, { stream: stream(child(key, "spectrum")), ...SPECTRUM }), products)
      )
    : undefined
  const seen: Seen = {
    trace,
    largest: end(0),
    smallest: end(values.length - 1),
    ...(looking.layers ? { layers } : {}),
    ...(all === undefined ? {} : { spectrum: { values: [...all.values], weights: [...all.weights] } })
  }
  return seen
})

const estimatedTraces = Effect.fnUntraced(function* (
  products: Products,
  policy: Pick<Policy, "size" | "blocks" | "network">,
  { probes, relative, layers }: Looking,
  key: Key
) {
  const { size } = policy
  const drawn = (name: string) => ({ stream: stream(child(key, name)), probes, relative })
  const whole = yield* fromEither(yield* answered(hutchPlusPlus(size, drawn("trace")), products))
  const named = layers ? layersOf(policy) : []
  const each = yield* answered(
    together(named.map((block) => withinBlock(hutchPlusPlus(block.size, drawn(block.name)), block, size))),
    products
  )
  const traces = yield* Effect.forEach(each, fromEither)
  return { trace: told(whole), layers: named.map(({ name }, i) => ({ name, ...told(traces[i]!) })) }
})

const exactTraces = Effect.fnUntraced(function* (
  products: Products,
  policy: Pick<Policy, "size" | "blocks" | "network">
) {
  const { size } = policy
  if (size >= EXACT) {
    const want = `a policy of fewer than ${EXACT} parameters`
    return yield* Effect.fail(argumentError({ doing: "take an exact trace", want, got: `${size}`, fix: "estimate it" }))
  }
  const entries = yield* fromEither(yield* answered(diagonal(size), products))
  const sum = (block: Block) => {
    let trace = 0
    for (const x of entries.subarray(block.offset, block.offset + block.size)) trace += x
    return { estimate: trace, low: trace, high: trace, level: 1, probes: block.size }
  }
  return {
    trace: sum({ offset: 0, size }),
    layers: layersOf(policy).map((block) => ({ name: block.name, ...sum(block) }))
  }
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
