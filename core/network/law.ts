/** What every network must satisfy, as data: run {@link networkLaws} over a record of one's own in any test runner. */
import * as E from "fp-ts/lib/Either.js"
import { concat, evaluate, gradients, matmul, program, reshape, size, sum, tanh } from "../program/mod.ts"
import { child, type Floats, fillUniform, stream, zeroKey } from "../random/mod.ts"
import type { Network } from "./network.ts"

/** A statement that can be checked; `check` gives undefined when it holds, else the counterexample in words. */
export interface NetworkLaw {
  readonly name: string
  readonly check: () => string | undefined
}

/** Inputs that are inserted, and rows that go through. */
const MORE = 3
const ROWS = 4

/**
 * The laws of a network with at least one input, at its first parameters.
 *
 * Inputs that weigh nothing come behind those that tell the task, of a network that has such: it is the same inputs that
 * tell it afterwards.
 */
export const networkLaws = (network: Network): readonly NetworkLaw[] => {
  const { inputs, outputs, told } = network
  const theta = network.init(stream(zeroKey), 1)
  const x = drawn(ROWS * inputs)
  const more = drawn(ROWS * MORE, 2)
  const wide = network.sized(inputs + MORE, outputs)
  return [
    {
      name: "init() gives a number for each parameter, and forward() one for each output",
      check: () => {
        if (theta.length !== network.layout.size) return `${theta.length} numbers for ${network.layout.size} parameters`
        const y = outputOf(network, theta, x)
        return typeof y === "string" || y.length === ROWS * outputs ? reason(y) : `${y.length} outputs in ${ROWS} rows`
      }
    },
    {
      name: "factors() tell every row's gradient: they add up to the gradient of all rows",
      check: () => factorFault(network, theta, x)
    },
    {
      name: "sized() gives networks of the same architecture, of the sizes that are asked for",
      check: () => {
        const got = [wide.id, wide.inputs, wide.outputs].join(", ")
        const want = [network.id, inputs + MORE, outputs].join(", ")
        return got === want ? undefined : `${got} for ${want}`
      }
    },
    {
      name: "insertInputs() leaves what is computed as it is, whatever the further inputs are",
      check: () => {
        for (let at = told === undefined ? 0 : told.at + told.tasks; at <= inputs; at++) {
          const inserted = network.insertInputs(theta, at, MORE)
          if (inserted.length !== wide.layout.size) return `${inserted.length} parameters for ${wide.layout.size}`
          const found = difference(outputOf(wide, inserted, spliced(x, more, inputs, at)), outputOf(network, theta, x))
          if (found !== undefined) return `${found}, inserted at ${at}`
        }
        return undefined
      }
    },
    {
      name: "fixInputs() undoes insertInputs() at the end, for any values",
      check: () => {
        const inserted = network.insertInputs(theta, inputs, MORE)
        if (inserted.length !== wide.layout.size) return `${inserted.length} parameters for ${wide.layout.size}`
        const fixed = wide.fixInputs(inserted, more.subarray(0, MORE))
        return difference(outputOf(fixed.network, fixed.theta, x), outputOf(network, theta, x))
      }
    },
    {
      name: "fixInputs() computes what the network does where its last inputs are these",
      check: () => {
        if (inputs < 2) return undefined
        const [first] = x.slice(inputs - 1, inputs)
        const fixed = network.fixInputs(theta, Float64Array.of(first!))
        const given = x.map((v, i) => (i % inputs === inputs - 1 ? first! : v))
        const others = given.filter((_, i) => i % inputs !== inputs - 1)
        return difference(outputOf(fixed.network, fixed.theta, others), outputOf(network, theta, given), 1e-12)
      }
    }
  ]
}

/** Where Σ_t left_t ⊗ right_t is not the gradient of some function of every row by itself, added up over the rows. */
const factorFault = (network: Network, theta: Floats, x: Float64Array): string | undefined => {
  const { inputs, layout, factorBlocks } = network
  const made = program("factors", { theta: [layout.size], x: [ROWS, inputs] }, (given) => {
    const { output, cuts, factors } = network.forward(given.theta, given.x)
    const y = sum(tanh(output))
    const blocks = factors(gradients(y, cuts)).map(({ left, right }) => {
      const block = right === undefined ? sum(left, { axes: [0] }) : matmul(left, right, { transposeA: true })
      return reshape(block, [size(block.shape)])
    })
    return { whole: gradients(y, [given.theta])[0]!, told: concat(blocks, 0) }
  })
  if (E.isLeft(made)) return made.left.message
  const { whole, told } = evaluate(made.right, { theta, x })
  const ofBlocks = new Float64Array(layout.size)
  let from = 0
  for (const { offset, rows, columns } of factorBlocks) {
    ofBlocks.set(told.subarray(from, from + rows * columns), offset)
    from += rows * columns
  }
  return from === layout.size ? difference(ofBlocks, whole, 1e-9) : `factors of ${from} of ${layout.size} parameters`
}

const drawn = (n: number, key = 1): Float64Array => {
  const out = new Float64Array(n)
  fillUniform(stream(child(zeroKey, key)), -2, 2, out)
  return out
}

/** The network's outputs, or why there are none. */
const outputOf = (network: Network, theta: Floats, x: Floats): Float64Array | string => {
  const { inputs } = network
  const made = program("network", { theta: [network.layout.size], x: [x.length / inputs, inputs] }, (given) => ({
    y: network.forward(given.theta, given.x).output
  }))
  return E.isLeft(made) ? made.left.message : evaluate(made.right, { theta, x }).y
}

const reason = (y: Float64Array | string): string | undefined => (typeof y === "string" ? y : undefined)

const difference = (a: Float64Array | string, b: Float64Array | string, tolerance = 0): string | undefined => {
  if (typeof a === "string" || typeof b === "string") return reason(a) ?? reason(b)
  const at = a.findIndex((v, i) => !(Math.abs(v - b[i]!) <= tolerance * Math.max(1, Math.abs(b[i]!))))
  return at < 0 && a.length === b.length ? undefined : `output ${at} is ${a[at]}, was ${b[at]}`
}

/** Rows of x with those of `more` from column `at` on. */
const spliced = (x: Float64Array, more: Float64Array, inputs: number, at: number): Float64Array => {
  const width = more.length / (x.length / inputs)
  return Float64Array.from({ length: x.length + more.length }, (_, i) => {
    const [row, column] = [Math.floor(i / (inputs + width)), i % (inputs + width)]
    if (column < at) return x[row * inputs + column]!
    return column < at + width ? more[row * width + column - at]! : x[row * inputs + column - width]!
  })
}
