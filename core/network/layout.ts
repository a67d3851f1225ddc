/** Named blocks of one flat parameter vector: where each lies, and how to see it as a tensor or as host numbers. */

import { failed } from "../program/internal.ts"
import type { Tensor } from "../program/mod.ts"
import { reshape, type Shape, showShape, size, slice } from "../program/mod.ts"

/** One block of the vector. */
export interface Field<N extends string = string> {
  readonly name: N
  readonly shape: Shape
}

/** A block and its place: elements `offset … offset + size − 1` of the vector, row-major in `shape`. */
export interface Block<N extends string = string> extends Field<N> {
  readonly offset: number
  readonly size: number
}

/** The parts of a flat vector θ, in order and without gaps. */
export interface Layout<N extends string = string> {
  readonly blocks: readonly Block<N>[]
  /** Length of θ. */
  readonly size: number
  /** Block `name` of θ as a tensor of the block's shape. Errors: `ArgumentError` where θ is not `[size]`. */
  readonly view: (theta: Tensor, name: N) => Tensor
  /** Block `name` of host numbers, sharing their memory. */
  readonly host: <A extends Float32Array | Float64Array>(theta: A, name: N) => A
}

/**
 * Lays named tensors one after another in a flat vector.
 *
 *     θ = (vec x_1, vec x_2, …),   vec row-major
 *
 * Layouts nest: a network's whole vector is one block `[n]` of a larger layout, and views of views cost nothing.
 *
 * - Shapes: any; a block may be empty.
 * - Errors: a name given twice fails in `view`, as an `ArgumentError` that names it.
 * - Source: the definition.
 *
 * @example
 * ```ts
 * import { network } from "policygradex"
 *
 * const theta = network.layout([{ name: "policy", shape: [2, 3] }, { name: "logStd", shape: [2] }])
 * theta.size // => 8
 * ```
 */
export const layout = <const N extends string>(fields: readonly Field<N>[]): Layout<N> => {
  const blocks: Block<N>[] = []
  let total = 0
  for (const { name, shape } of fields) {
    blocks.push({ name, shape, offset: total, size: size(shape) })
    total += size(shape)
  }
  const named = (name: N): Block<N> => blocks.find((b) => b.name === name) ?? { name, shape: [0], offset: 0, size: 0 }
  return {
    blocks,
    size: total,
    view: (theta, name) => {
      const what = `view parameter "${name}"`
      const count = blocks.filter((b) => b.name === name).length
      if (count !== 1) return failed(what, "a name that the layout has once", `${count} blocks of that name`, [theta])
      if (theta.shape.length !== 1 || theta.shape[0] !== total) {
        return failed(what, `parameters [${total}]`, showShape(theta.shape), [theta])
      }
      const block = named(name)
      return reshape(slice(theta, [block.offset], [block.size]), block.shape)
    },
    host: <A extends Float32Array | Float64Array>(theta: A, name: N): A => {
      const { offset, size: length } = named(name)
      // subarray() keeps the kind of array; its type does not say so.
      return theta.subarray(offset, offset + length) as A
    }
  }
}
